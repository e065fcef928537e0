"""The forms of the connection and of every action in a browser, served on loopback to this machine's own person.

The page is react-jsonschema-form with our looks; its sources stand in ``page/``, its build in ``static/``. The server
dispatches to the executor and does nothing else of its own with Dataverse.
"""
