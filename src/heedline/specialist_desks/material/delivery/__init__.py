"""What the pack says of notices to companies, and the page on which a company answers one.

`company_page.py` runs in the partner process, which holds no key of the desk. `casework/delivery` carries the notices.
"""
