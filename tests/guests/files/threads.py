import queue
import threading

work, done = queue.Queue(), []
lock = threading.Lock()


def worker():
    while (n := work.get()) is not None:
        with lock:
            done.append(sum(i * i for i in range(n)))


threads = [threading.Thread(target=worker) for _ in range(4)]
for t in threads:
    t.start()
for n in range(200):
    work.put(n)
for t in threads:
    work.put(None)
for t in threads:
    t.join()
print(sum(done), len(done), threading.active_count())
