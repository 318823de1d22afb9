import collections, functools, hashlib, json, math, re, struct, zlib


@functools.lru_cache(None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


text = open('text.txt').read()
print(fib(300), math.factorial(60), math.pi, 2 ** 0.5)
print(collections.Counter(re.findall(r'\w+', text)).most_common(8))
print(hashlib.sha256(text.encode()).hexdigest(), zlib.crc32(text.encode()))
print(json.dumps({'b': [1, 2.5, None], 'a': {'x': True}}, sort_keys=True, indent=1))
print(struct.pack('<dIh', 1.5, 7, -2).hex(), sorted({i * 7919 % 101 for i in range(60)}))
primes = [p for p in range(2, 3000) if all(p % d for d in range(2, int(p ** 0.5) + 1))]
print(len(primes), sum(primes), f'{sum(1 / p for p in primes):.12f}')
print(sum(math.sin(i) * math.exp(-i / 100) for i in range(1000)))
