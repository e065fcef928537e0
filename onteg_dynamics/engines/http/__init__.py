"""The actions over plain HTTP, for hosts that read OpenAPI: Power Platform, Logic Apps, n8n. Needs Starlette."""
