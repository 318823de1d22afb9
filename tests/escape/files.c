// Tries to reach files that the simulator was not told to give. Started in the folder
// `work`; beside it are `out` (nothing of it may be seen or changed) and `kept` (given by
// --allow-read). argv[1]: the host path of the folder they are in. Standard input is
// out/secret, opened for reading, or out itself; a second argument says that "/" is a
// root. Descriptors 5 and 6 of the host are out and out/secret.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char out[2048], secret[2100], kept[2048], kept_file[2100];
static int escapes, rooted;

// `got`: the attempt succeeded.
static void attempt(int got, const char *how)
{
    if (got) {
        printf("escaped: %s\n", how);
        escapes++;
    }
}

#define TRY(call) attempt((call) >= 0, #call)

static int opened(int fd)
{
    if (fd >= 0)
        close(fd);
    return fd;
}

static void links(void)
{
    symlink(secret, "whole");
    symlink("../out/secret", "relative");
    symlink("..", "up");
    symlink("whole", "chain");
    symlink("/", "top");
    mkdir("d", 0755);
    symlink("../../out", "d/folder");
    TRY(opened(open("whole", O_RDONLY)));
    TRY(opened(open("relative", O_RDONLY)));
    TRY(opened(open("chain", O_RDWR)));
    TRY(opened(open("up/out/secret", O_RDONLY)));
    TRY(opened(open("d/folder/secret", O_RDONLY)));
    TRY(opened(open("d/folder/new", O_CREAT | O_WRONLY, 0644)));
    TRY(opened(open("top/etc/passwd", O_RDONLY)));
    TRY(mkdir("d/folder/new", 0755));
    TRY(chmod("whole", 0777));
    TRY(chown("whole", 1, 1));
    TRY(truncate("whole", 0));
    TRY(access("whole", F_OK));
    TRY(link("d/folder/secret", "linked"));
    TRY(linkat(AT_FDCWD, "whole", AT_FDCWD, "linked", AT_SYMLINK_FOLLOW));
    TRY(rename("d/folder/secret", "moved"));
    TRY(rename("d", "up/out/d"));
    TRY(unlink("d/folder/secret"));
    TRY(symlink("x", "d/folder/link"));
    TRY(mknod("d/folder/pipe", S_IFIFO | 0644, 0));
    TRY(chdir("d/folder"));
}

static void names(void)
{
    struct stat st;
    struct statfs fs;
    char text[256], path[2200];
    TRY(opened(open(secret, O_RDONLY)));
    TRY(opened(open("../out/secret", O_RDONLY)));
    TRY(opened(open("./d/../../out/secret", O_RDONLY)));
    TRY(opened(open("/etc/passwd", O_RDONLY)));
    TRY(opened(open("/../../etc/passwd", O_RDONLY)));
    TRY(opened(open("..", O_RDONLY | O_DIRECTORY)));
    attempt(!rooted && opened(open("/", O_RDONLY | O_DIRECTORY)) >= 0, "opening /");
    TRY(opened(open("..", O_TMPFILE | O_RDWR, 0600)));
    TRY(opened(open("../new", O_CREAT | O_WRONLY, 0600)));
    TRY(stat(secret, &st));
    TRY(lstat(secret, &st));
    TRY(statfs(secret, &fs));
    TRY(access(secret, F_OK));
    TRY(chmod(secret, 0777));
    TRY(chown(secret, 1, 1));
    TRY(truncate(secret, 0));
    TRY(utimensat(AT_FDCWD, secret, NULL, 0));
    TRY(unlink(secret));
    TRY(rename(secret, "moved"));
    TRY(link(secret, "linked"));
    TRY(readlink("/proc/1/exe", text, sizeof(text)));
    TRY(mkdir("../new", 0755));
    TRY(symlink("x", "../new"));
    TRY(rename("d", "../d"));
    TRY(rmdir("../out"));
    TRY(chdir(out));
    snprintf(path, sizeof(path), "%s/../out/secret", kept);
    TRY(opened(open(path, O_RDONLY)));
    char *const none[] = { "x", NULL };
    TRY(execve("/bin/sh", none, none));
    TRY(execve(secret, none, none));
}

static void proc(void)
{
    char path[2300];
    const char *const ways[] = { "/proc/self/root", "/proc/1/root", "/proc/1/cwd",
                                 "/proc/thread-self/root", "/proc/self/task/1/root" };
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        snprintf(path, sizeof(path), "%s%s", ways[i], secret);
        attempt(opened(open(path, O_RDONLY)) >= 0, path);
        snprintf(path, sizeof(path), "%s/etc/passwd", ways[i]);
        attempt(opened(open(path, O_RDONLY)) >= 0, path);
    }
    TRY(opened(open("/proc/self/cwd/../out/secret", O_RDONLY)));
    TRY(opened(open("/proc/self/mem", O_RDWR)));
    TRY(opened(open("/proc/1/mem", O_RDONLY)));
    TRY(opened(open("/proc/1/environ", O_RDONLY)));
    TRY(opened(open("/proc/kcore", O_RDONLY)));
    TRY(opened(open("/proc/sys/kernel/hostname", O_WRONLY)));
    TRY(opened(open("/proc/self/exe", O_WRONLY)));
    TRY(opened(open("/proc/self/map_files", O_RDONLY)));
    for (int pid = (int)getpid() - 2; pid < (int)getpid() + 3; pid++) {
        snprintf(path, sizeof(path), "/proc/%d/fd/0/../secret", pid);
        attempt(opened(open(path, O_RDONLY)) >= 0, path);
    }
}

// The names of what is mapped are the guest's, and whole.
static void mapped(void)
{
    char line[4400];
    const char *path = rooted ? "/mapped" : "mapped";
    int fd = open(path, O_CREAT | O_RDWR, 0644), seen = 0;
    ftruncate(fd, 16384);
    void *map = mmap(NULL, 16384, PROT_READ, MAP_SHARED, fd, 0);
    FILE *f = fopen("/proc/self/maps", "r");
    for (int row = 0; f && fgets(line, sizeof(line), f); row++) {
        attempt(!row && !strchr(line, '/'), "the program's own row has no absolute path");
        seen |= strstr(line, rooted ? " /mapped\n" : "/mapped\n") != NULL;
    }
    attempt(!seen, "a mapping has not the name it was opened by");
    fclose(f);
    munmap(map, 16384);
    close(fd);
    unlink(path);
}

static void descriptors(void)
{
    struct stat st;
    char path[64];
    for (int fd = 3; fd < 2000; fd++)
        attempt(fstat(fd, &st) == 0, "a descriptor of the host");
    TRY(opened(open("/proc/self/fd/0", O_RDWR)));
    TRY(opened(open("/proc/self/fd/0", O_RDONLY | O_TRUNC)));
    TRY(opened(open("/dev/stdin", O_WRONLY)));
    TRY(opened(open("/dev/fd/0", O_RDWR)));
    TRY(opened(openat(0, "../secret", O_RDONLY)));
    TRY(fchmod(0, 0777));
    TRY(fchown(0, 1, 1));
    TRY(ftruncate(0, 0));
    TRY(futimens(0, NULL));
    TRY(linkat(0, "", AT_FDCWD, "linked", AT_EMPTY_PATH));
    TRY(linkat(AT_FDCWD, "/proc/self/fd/0", AT_FDCWD, "linked", AT_SYMLINK_FOLLOW));
    TRY(fchdir(5));
    void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 0, 0);
    attempt(map != MAP_FAILED, "mapping a file to write that is open to read");
    map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, 0, 0);
    attempt(map != MAP_FAILED && !mprotect(map, 4096, PROT_READ | PROT_WRITE),
            "making such a mapping writable");

    int up = open("..", O_PATH | O_DIRECTORY), top = open("/", O_PATH | O_DIRECTORY);
    TRY(opened(openat(up, "out/secret", O_RDONLY)));
    TRY(opened(openat(top, "etc/passwd", O_RDONLY)));
    TRY(mkdirat(up, "new", 0755));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", up);
    TRY(opened(open(path, O_RDONLY | O_DIRECTORY)));
    if (up >= 0 && !fchdir(up))
        TRY(opened(open("out/secret", O_RDONLY)));
    close(up);
    close(top);
}

// A folder is moved up while it, and one in it, are open.
static void moved_folder(void)
{
    mkdir("a", 0755);
    mkdir("a/b", 0755);
    mkdir("a/b/c", 0755);
    int fd = open("a/b/c", O_RDONLY | O_DIRECTORY);
    rename("a/b/c", "c");
    TRY(opened(openat(fd, "../../out/secret", O_RDONLY)));
    TRY(opened(openat(fd, "../../../out/secret", O_RDONLY)));
    TRY(fchdir(fd) ? -1 : opened(open("../../out/secret", O_RDONLY)));
    close(fd);
    rmdir("../c");
    TRY(opened(open("../out/secret", O_RDONLY)));
}

// What --allow-read gives stays as it is, by whatever name.
static void read_only(void)
{
    char path[2200];
    symlink(kept_file, "to-kept");
    int fd = open(kept_file, O_RDONLY), folder = open(kept, O_RDONLY | O_DIRECTORY);
    attempt(fd < 0 || folder < 0, "reading what may be read did not work");
    TRY(opened(open(kept_file, O_WRONLY)));
    TRY(opened(open(kept_file, O_RDONLY | O_TRUNC)));
    TRY(opened(open("to-kept", O_RDWR)));
    snprintf(path, sizeof(path), "%s/new", kept);
    TRY(opened(open(path, O_CREAT | O_WRONLY, 0644)));
    TRY(opened(openat(folder, "new", O_CREAT | O_RDONLY, 0644)));
    TRY(opened(openat(folder, ".", O_TMPFILE | O_RDWR, 0644)));
    TRY(mkdir(path, 0755));
    TRY(unlinkat(folder, "file", 0));
    TRY(rename(kept_file, "mine"));
    TRY(rename(kept_file, path));
    TRY(link(kept_file, "mine"));
    TRY(link("to-kept", path));
    TRY(chmod(kept_file, 0777));
    TRY(chmod("to-kept", 0777));
    TRY(fchmod(fd, 0777));
    TRY(fchmod(folder, 0777));
    TRY(fchownat(folder, "file", 1, 1, 0));
    TRY(futimens(fd, NULL));
    TRY(utimensat(AT_FDCWD, "to-kept", NULL, 0));
    TRY(truncate("to-kept", 0));
    TRY(access(kept_file, W_OK));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    TRY(opened(open(path, O_RDWR)));
    TRY(linkat(AT_FDCWD, path, AT_FDCWD, "mine", AT_SYMLINK_FOLLOW));
    TRY(chmod(path, 0777));
    close(fd);
    close(folder);
    // --allow-read work/inner, in a folder that may be written
    TRY(rename("outer/inner", "mine"));
    TRY(rename("outer", "mine"));
    TRY(syscall(SYS_renameat2, AT_FDCWD, "outer", AT_FDCWD, "d", 2));   // RENAME_EXCHANGE
    TRY(opened(open("outer/inner/file", O_WRONLY)));
}

// Another process puts a link where the folder was, and back, while this one opens.
static void race(void)
{
    mkdir("real", 0755);
    close(open("real/secret", O_CREAT | O_WRONLY, 0644));
    symlink("../out", "real-link");
    pid_t other = fork();
    if (!other)
        for (;;)
            syscall(SYS_renameat2, AT_FDCWD, "real", AT_FDCWD, "real-link", 2);
    for (int i = 0; i < 20000; i++) {
        char text[8] = "";
        int fd = open("real/secret", O_RDONLY);
        attempt(fd >= 0 && read(fd, text, 6) > 0, "a race of rename with open");
        if (fd >= 0)
            close(fd);
        struct stat st;
        attempt(!stat("real/secret", &st) && st.st_size, "a race of rename with stat");
        fd = open("real/new", O_CREAT | O_WRONLY, 0644);
        if (fd >= 0)
            close(fd);
    }
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
}

// 0 when a socket of the host could be connected to.
static int connected(const char *name)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    socklen_t abstract = offsetof(struct sockaddr_un, sun_path) + strlen(name);
    snprintf(a.sun_path, sizeof(a.sun_path), "%s", name);
    if (name[0] == '@')
        a.sun_path[0] = 0;
    int r = connect(fd, (struct sockaddr *)&a, name[0] == '@' ? abstract : sizeof(a));
    close(fd);
    return r;
}

// out/socket and @m2sim-escape are listened to; kept/socket may be read, not written.
static void sockets(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "../out/mine" };
    symlink("../out/socket", "to-socket");
    symlink("../kept/socket", "to-kept-socket");
    TRY(connected("../out/socket"));
    TRY(connected("to-socket"));
    TRY(connected("to-kept-socket"));
    TRY(connected("@m2sim-escape"));
    TRY(connected("/proc/self/cwd/../out/socket"));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    TRY(bind(fd, (struct sockaddr *)&a, sizeof(a)));
    strcpy(a.sun_path, "../kept/mine");
    TRY(bind(fd, (struct sockaddr *)&a, sizeof(a)));
    close(fd);
}

static void privileges(void)
{
    TRY(chroot("."));
    TRY(mount("none", ".", "tmpfs", 0, NULL));
    TRY(ptrace(PTRACE_ATTACH, 1, 0, 0));
    TRY(mknod("device", S_IFBLK | 0600, 0x800));
    TRY(mknod("device", S_IFCHR | 0600, 0x101));
    TRY(kill(1, 0));
    TRY(kill(getpid() + 4000, 0));
    TRY(syscall(265, AT_FDCWD, "", 0));   // open_by_handle_at
    TRY(syscall(425, 8, NULL));           // io_uring_setup
    TRY(syscall(280, 0, NULL, 0));        // bpf
}

// Nothing that gives whoever runs it the rights of its owner, nor a device.
static void modes(void)
{
    static const int how[] = { 04755, 02755, 06777, 04000 };
    struct stat st;
    for (int k = 0; k < 4; k++) {
        int fd = open("mode", O_CREAT | O_RDWR, how[k]);
        attempt(!fstat(fd, &st) && st.st_mode & 06000, "open with a set-user-ID mode");
        TRY(fchmod(fd, how[k]));
        TRY(chmod("mode", how[k]));
        TRY(fchmodat(AT_FDCWD, "/proc/self/fd/3", how[k] & 07777, 0));
        close(fd);
        unlink("mode");
        mknod("mode", S_IFREG | how[k], 0);
        attempt(!stat("mode", &st) && st.st_mode & 06000, "mknod with a set-user-ID mode");
        unlink("mode");
    }
    TRY(mknod("device", S_IFCHR | 0666, makedev(1, 3)));
    TRY(mknod("device", S_IFBLK | 0666, makedev(7, 0)));
}

int main(int argc, char **argv)
{
    rooted = argc > 2;
    snprintf(out, sizeof(out), "%s/out", argv[1]);
    snprintf(secret, sizeof(secret), "%s/out/secret", argv[1]);
    snprintf(kept, sizeof(kept), "%s/kept", argv[1]);
    snprintf(kept_file, sizeof(kept_file), "%s/kept/file", argv[1]);
    char here[4096];
    if (!getcwd(here, sizeof(here)))
        return 2;
    links();
    names();
    modes();
    proc();
    mapped();
    descriptors();
    attempt(chdir(here), "chdir back did not work");
    moved_folder();
    attempt(chdir(here), "chdir back did not work");
    read_only();
    race();
    sockets();
    privileges();
    return escapes != 0;
}
