"""The documents of Books: estimates, sales orders, invoices, purchase orders, expenses, and customer payments."""
