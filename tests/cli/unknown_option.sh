m2sim time --modle fast -- ./x
