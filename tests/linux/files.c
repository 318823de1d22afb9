// Files: the whole life of some, in an empty working directory.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

#include "check.h"

static void open_write_read_seek(void)
{
    char b[16] = { 0 };
    int fd = open("a", O_RDWR | O_CREAT | O_EXCL, 0640);
    CHECK(fd >= 3);
    CHECK(open("a", O_RDWR | O_CREAT | O_EXCL, 0640) == -1 && errno == EEXIST);
    CHECK(write(fd, "0123456789", 10) == 10);
    CHECK(lseek(fd, 2, SEEK_SET) == 2 && read(fd, b, 3) == 3 && !strcmp(b, "234"));
    CHECK(pread(fd, b, 2, 8) == 2 && !strncmp(b, "89", 2));
    CHECK(pwrite(fd, "XY", 2, 0) == 2 && lseek(fd, 0, SEEK_CUR) == 5);
    struct iovec v[2] = { { b, 1 }, { b + 1, 2 } };
    CHECK(lseek(fd, 0, SEEK_SET) == 0 && readv(fd, v, 2) == 3 && !strncmp(b, "XY2", 3));
    struct stat st;
    CHECK(!fstat(fd, &st) && st.st_size == 10 && S_ISREG(st.st_mode) &&
          (st.st_mode & 0777) == 0640);
    CHECK(st.st_nlink == 1 && st.st_uid == getuid());
    CHECK(!ftruncate(fd, 4) && !stat("a", &st) && st.st_size == 4);
    CHECK(!posix_fallocate(fd, 0, 100) && !stat("a", &st) && st.st_size == 100);
    CHECK(!fsync(fd) && !close(fd) && close(fd) == -1 && errno == EBADF);
    CHECK(!truncate("a", 7) && !lstat("a", &st) && st.st_size == 7);
}

static void flags_mean_what_they_say(void)
{
    int fd = open("a", O_WRONLY | O_APPEND | O_CLOEXEC);
    CHECK(fd >= 0 && (fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND)) == (O_WRONLY | O_APPEND));
    CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    CHECK(write(fd, "end", 3) == 3 && lseek(fd, 0, SEEK_END) == 10);
    CHECK(!fcntl(fd, F_SETFL, O_NONBLOCK) && fcntl(fd, F_GETFL) & O_NONBLOCK);
    close(fd);
    CHECK(open("a", O_RDONLY | O_DIRECTORY) == -1 && errno == ENOTDIR);
    CHECK(!symlink("a", "link"));
    CHECK(open("link", O_RDONLY | O_NOFOLLOW) == -1 && errno == ELOOP);
    CHECK(!unlink("link"));
    fd = open(".", O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0 && fcntl(fd, F_GETFL) & O_DIRECTORY);
    int in = openat(fd, "a", O_RDONLY);
    CHECK(in >= 0);
    close(in);
    close(fd);
}

static void the_tree_changes(void)
{
    struct stat st, to;
    char b[64] = { 0 };
    CHECK(!mkdir("d", 0755) && !stat("d", &st) && S_ISDIR(st.st_mode));
    CHECK(!rename("a", "d/b") && access("a", F_OK) == -1 && errno == ENOENT);
    CHECK(!link("d/b", "hard") && !stat("hard", &st) && st.st_nlink == 2);
    CHECK(!symlink("d/b", "soft") && readlink("soft", b, sizeof(b)) == 3 && !strcmp(b, "d/b"));
    CHECK(!lstat("soft", &to) && S_ISLNK(to.st_mode) && !stat("soft", &to) &&
          to.st_ino == st.st_ino);
    CHECK(!chmod("hard", 0600) && !stat("hard", &st) && (st.st_mode & 0777) == 0600);
    struct timespec times[2] = { { 1000, 5 }, { 2000, 7 } };
    CHECK(!utimensat(AT_FDCWD, "hard", times, 0) && !stat("hard", &st));
    CHECK(st.st_atim.tv_sec == 1000 && st.st_mtim.tv_sec == 2000 && st.st_mtim.tv_nsec == 7);
    CHECK(!unlink("soft") && !unlink("hard") && rmdir("d") == -1 && errno == ENOTEMPTY);
    CHECK(!unlink("d/b") && !rmdir("d"));
    mode_t old = umask(077);
    int fd = open("m", O_CREAT | O_WRONLY, 0666);
    CHECK(umask(old) == 077 && !fstat(fd, &st) && (st.st_mode & 0777) == 0600);
    close(fd);
    unlink("m");
}

static void directories_are_read(void)
{
    int seen = 0;
    char name[16];
    CHECK(!mkdir("many", 0755));
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "many/%d", i);
        close(open(name, O_CREAT | O_WRONLY, 0644));
    }
    DIR *d = opendir("many");
    CHECK(d);
    for (struct dirent *e; (e = readdir(d));)
        seen += e->d_name[0] == '.' ? 1000 : e->d_type == DT_REG;
    CHECK(seen == 2300);
    closedir(d);
    char before[4096], after[4096];
    CHECK(getcwd(before, sizeof(before)) && !chdir("many") && getcwd(after, sizeof(after)));
    CHECK(strlen(after) == strlen(before) + 5 && !strcmp(after + strlen(before), "/many"));
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "%d", i);
        CHECK(!unlink(name));
    }
    CHECK(!chdir("..") && !rmdir("many"));
    CHECK(chdir("nowhere") == -1 && errno == ENOENT);
}

static void descriptors_are_duplicated(void)
{
    int fd[2];
    char c;
    CHECK(!pipe2(fd, O_CLOEXEC) && fcntl(fd[0], F_GETFD) == FD_CLOEXEC);
    int copy = dup(fd[1]);
    CHECK(copy >= 0 && !fcntl(copy, F_GETFD));
    CHECK(dup2(copy, 50) == 50 && fcntl(copy, F_DUPFD, 60) == 60 && dup2(50, 50) == 50);
    CHECK(!close(fd[1]) && write(50, "q", 1) == 1 && read(fd[0], &c, 1) == 1 && c == 'q');
    int n = 5;
    CHECK(!ioctl(fd[0], FIONREAD, &n) && n == 0);
    struct pollfd p[2] = { { fd[0], POLLIN, 0 }, { 60, POLLOUT, 0 } };
    CHECK(poll(p, 2, 0) == 1 && p[0].revents == 0 && p[1].revents == POLLOUT);
    close(copy);
    close(50);
    close(60);
    CHECK(poll(p, 1, -1) == 1 && p[0].revents == POLLHUP && read(fd[0], &c, 1) == 0);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd[0], &set);
    CHECK(select(fd[0] + 1, &set, NULL, NULL, NULL) == 1 && FD_ISSET(fd[0], &set));
    close(fd[0]);
    struct termios tio;
    int null = open("/dev/null", O_RDWR);
    CHECK(tcgetattr(null, &tio) == -1 && errno == ENOTTY && !isatty(null));
    close(null);
    struct statfs fs;
    CHECK(!statfs(".", &fs) && fs.f_bsize > 0 && fs.f_namelen >= 255);
}

static void stdio_works_on_large_files(void)
{
    FILE *f = fopen("big", "w+");
    CHECK(f);
    for (int i = 0; i < 20000; i++)
        fprintf(f, "line %d\n", i);
    rewind(f);
    char line[64];
    for (int i = 0; i < 20000; i++) {
        int n = -1;
        CHECK(fgets(line, sizeof(line), f) && sscanf(line, "line %d", &n) == 1 && n == i);
    }
    CHECK(!fgets(line, sizeof(line), f) && feof(f));
    fclose(f);
    unlink("big");
    char name[] = "tmpXXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0 && !unlink(name));
    close(fd);
}

// A folder may hand its group on to what is made in it; changing it to what it is keeps that.
static void folders_keep_their_group(void)
{
    struct stat st;
    CHECK(!mkdir("group", 0755) && !chmod("group", 02755));
    CHECK(!stat("group", &st) && (st.st_mode & 07777) == 02755);
    int fd = open("group", O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0 && !fchmod(fd, 02775) && !chmod("group", 02775));
    CHECK(!mkdir("group/inner", 02755) && !stat("group/inner", &st));
    CHECK((st.st_mode & 07777) == 02755 && !chmod("group/inner", st.st_mode & 07777));
    CHECK(!rmdir("group/inner") && !rmdir("group") && !close(fd));
}

static void *sleep_a_little(void *arg)
{
    usleep(20000);
    return NULL;
}

// Nobody reads the FIFO, and truncate does not wait for who would.
static void only_files_are_truncated(void)
{
    pthread_t other;
    CHECK(!mkfifo("fifo", 0600) && !mkdir("folder", 0700));
    CHECK(!pthread_create(&other, NULL, sleep_a_little, NULL));
    CHECK(truncate("fifo", 0) == -1 && errno == EINVAL);
    CHECK(truncate("folder", 0) == -1 && errno == EISDIR);
    int fd = open("fifo", O_RDWR);
    CHECK(truncate("fifo", 0) == -1 && errno == EINVAL);
    CHECK(fd >= 0 && !close(fd) && !unlink("fifo") && !rmdir("folder"));
    CHECK(!pthread_join(other, NULL));
}

int main(void)
{
    folders_keep_their_group();
    open_write_read_seek();
    flags_mean_what_they_say();
    the_tree_changes();
    directories_are_read();
    descriptors_are_duplicated();
    stdio_works_on_large_files();
    only_files_are_truncated();
    puts("files ok");
    return 0;
}
