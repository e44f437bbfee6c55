"""The steps of the pipeline that can refuse a call, one file each."""
