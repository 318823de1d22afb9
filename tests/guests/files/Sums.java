import java.util.Arrays;
import java.util.TreeMap;

public class Sums {
    public static void main(String[] words) throws Exception {
        long sum = 0;
        for (int i = 0; i < 3000000; i++)
            sum = sum * 31 + i % 7;
        TreeMap<String, Integer> map = new TreeMap<>();
        for (int i = 0; i < 20000; i++)
            map.merge("k" + i % 97, i, Integer::sum);
        Thread[] threads = new Thread[3];
        int[] result = new int[3];
        for (int k = 0; k < 3; k++) {
            int n = k;
            threads[k] = new Thread(() -> {
                for (int i = 0; i < 100000; i++)
                    result[n] += i % (n + 3);
            });
            threads[k].start();
        }
        for (Thread thread : threads)
            thread.join();
        System.out.println(sum + " " + map.firstEntry() + " " + Arrays.toString(result) + " " + Math.sqrt(2));
        System.exit(5);
    }
}
