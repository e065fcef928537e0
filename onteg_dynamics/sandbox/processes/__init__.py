"""What moves sales and service along: leads, opportunities, orders, cases, queues, lists, emails."""
