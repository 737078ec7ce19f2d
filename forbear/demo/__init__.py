"""`forbear demo`: a portfolio played on the whole stack, watched, and judged from its histories."""
