import sys

print("a script, not an action")
sys.exit(3)
