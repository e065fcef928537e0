"""Apache Airflow: a provider with a connection type, a hook, operators, sensors and triggers."""
