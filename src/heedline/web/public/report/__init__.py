"""The pages for making a report, from the page before the questions to the receipt code.

Start reading at `starting`, then `questions` and `sending`; `receipt` shows the code. `turns` loads and saves the draft
of a request, `walking` decides which page comes next, and `gates` slows down floods.
"""
