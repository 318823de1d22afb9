m2sim disasm no-such
