"""The websites, one for each group of users.

HTTP handling lives here. Business rules and queries do not.
"""
