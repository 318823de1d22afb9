local t, n = {}, 0
for i = 1, 20000 do t[i] = (i * 7919) % 10007 end
table.sort(t)
print(t[1], t[10000], t[20000], #t)
for w, k in io.open('words.txt'):read('a'):gmatch('(%a+):(%d+)') do n = n + k * #w end
print(n, math.pi, 7 // 2, 7 / 2, 2 ^ 0.5, 1 << 40, string.format('%q %5.2f', 'a\n', 1 / 3))
local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i * i) end end)
print(co(), co(), co(), select(2, pcall(error, { code = 2 })).code)
print(string.pack('>I4z', 7, 'x'):byte(1, -1))
