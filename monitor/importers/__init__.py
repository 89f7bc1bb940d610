"""Other people's lists of actors and queries to drafts of ours; what could not be taken is named with its line.

One module a format: text in, `Imported` out. Reading files and printing YAML is the command's.
"""
