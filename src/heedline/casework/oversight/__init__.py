"""What overseers and second readers see: the log, conflicts of interest, dip sampling. Start with `log_view.py`."""
