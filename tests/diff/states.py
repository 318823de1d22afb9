"""What a program of gen or flow writes: the registers, in the places that gen names, then memory."""
import subprocess

DUMP = 2048     # OUT to the end of the window, see words.h
MEMORY = 1024   # where the window begins


def reader(gen):
    """A function that gives name and value of each field of a dump."""
    said = subprocess.run([gen, '--fields'], check=True, stdout=subprocess.PIPE, text=True).stdout
    places = [(name, int(at), int(size)) for name, at, size in map(str.split, said.splitlines())]

    def fields(dump):
        for name, at, size in places:
            yield name, dump[at:at + size][::-1].hex()
        for at in range(MEMORY, DUMP, 16):
            yield f'mem+{at - MEMORY:#x}', dump[at:at + 16][::-1].hex()
    return fields
