"""What `make bench` is made of: one instance, a cheap client, one module for each thing that is measured.

Everything happens on this machine and in this run, so that ratios hold whatever else the machine does meanwhile.
"""
