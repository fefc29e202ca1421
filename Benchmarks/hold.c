// hold established|time-wait CONNECTIONS PER_DESTINATION
// hold crowd PROCESSES DESCRIPTORS LISTENERS
//
// Makes a network namespace of its own, fills it, prints "ready" and how many destinations there are,
// and holds it until standard input ends. Everything is loopback inside the namespace and ends with this process, however it ends.
//
// established leaves two rows a connection, time-wait the client's row alone. Connections go to
// 127.x.y.z, PER_DESTINATION to each. crowd is processes with descriptors, a few of which listen.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  build_seconds = 180,
  hold_seconds = 600,
  first_port = 10000,  // below the ports that connect() takes
  most_workers = 64,   // each has a part of 127.0.0.0/8 of its own
};

static void fail(const char *what) {
  perror(what);
  _exit(1);
}

static void check(int result, const char *what) {
  if (result < 0) fail(what);
}

static void end_with_parent(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
}

static void write_sysctl(const char *path, const char *value) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, value, strlen(value)) < 0) fail(path);
  close(file);
}

static void enter_new_namespace(void) {
  check(unshare(CLONE_NEWNET), "hold: a network namespace needs CAP_SYS_ADMIN: unshare");
  struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  check(ioctl(control, SIOCSIFFLAGS, &loopback), "hold: lo");
  close(control);
  // Otherwise connect() would take TIME_WAIT rows away again, or the kernel would not keep them.
  write_sysctl("/proc/sys/net/ipv4/tcp_tw_reuse", "0");
  write_sysctl("/proc/sys/net/ipv4/tcp_max_tw_buckets", "4000000");
}

// How many descriptors a process may have; more processes make up for a low limit.
static long raise_descriptor_limit(void) {
  struct rlimit limit;
  check(getrlimit(RLIMIT_NOFILE, &limit), "hold: getrlimit");
  struct rlimit higher = {.rlim_cur = 300000, .rlim_max = 300000};
  if (limit.rlim_max >= higher.rlim_max) higher.rlim_max = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &higher) == 0) return higher.rlim_cur;
  // No CAP_SYS_RESOURCE, or a lower fs.nr_open.
  limit.rlim_cur = limit.rlim_max;
  check(setrlimit(RLIMIT_NOFILE, &limit), "hold: setrlimit");
  return limit.rlim_cur;
}

static int listener(in_addr_t address, int port) {
  struct sockaddr_in local = {
    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
  int on = 1, listening = socket(AF_INET, SOCK_STREAM, 0);
  check(listening, "hold: socket");
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  check(bind(listening, (void *)&local, sizeof local), "hold: bind");
  check(listen(listening, 4096), "hold: listen");
  return listening;
}

// Connections of one worker.
static long share(long connections, long workers, long worker) {
  return connections / workers + (worker < connections % workers);
}

static void connect_all(long worker, int is_time_wait, long connections, long per_destination) {
  // A reset instead of a FIN at the end: half a million closes then leave nothing behind.
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  struct sockaddr_in remote = {.sin_family = AF_INET, .sin_port = htons(first_port + worker)};
  int server = listener(INADDR_ANY, first_port + worker);
  for (long index = 0; index < connections; index++) {
    remote.sin_addr.s_addr = htonl(0x7f010001u + ((in_addr_t)worker << 18) + index / per_destination);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    check(client, "hold: socket");
    check(connect(client, (void *)&remote, sizeof remote), "hold: connect");
    int accepted = accept(server, NULL, NULL);
    check(accepted, "hold: accept");
    if (is_time_wait) {
      close(client);
      close(accepted);
    } else {
      setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
      setsockopt(accepted, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
  }
}

static void join_crowd(long member, long descriptors, int is_listening) {
  for (long index = is_listening; index < descriptors; index++)
    check(socket(AF_UNIX, SOCK_STREAM, 0), "hold: socket");
  // Last, so that whoever looks for its owner has to pass the others.
  if (is_listening) listener(INADDR_LOOPBACK, first_port + member);
}

static void interrupted(int number) { (void)number; }

int main(int count, char **arguments) {
  if (count < 4) return fprintf(stderr, "usage: see hold.c\n"), 2;
  const char *mode = arguments[1];
  long first = atol(arguments[2]), second = atol(arguments[3]), third = count > 4 ? atol(arguments[4]) : 0;
  int is_crowd = !strcmp(mode, "crowd"), is_time_wait = !strcmp(mode, "time-wait");
  if (second < 1 || (!is_crowd && !is_time_wait && strcmp(mode, "established")))
    return fprintf(stderr, "hold: '%s' cannot be made\n", mode), 2;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(build_seconds);
  enter_new_namespace();

  long limit = raise_descriptor_limit() - 64, workers = first, destinations = 0;
  if (!is_crowd) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    long needed = is_time_wait ? 1 : 2 * first / limit + 1;
    workers = needed > processors ? needed : processors < most_workers ? processors : most_workers;
    if (workers > most_workers) return fprintf(stderr, "hold: RLIMIT_NOFILE is too low\n"), 1;
    for (long worker = 0; worker < workers; worker++)
      destinations += (share(first, workers, worker) + second - 1) / second;
  }
  pid_t *children = calloc(workers + 1, sizeof *children), parent = getpid();
  // Only ends a read() below; what is lost between two reads, the end of standard input makes good.
  struct sigaction stop = {.sa_handler = interrupted};
  for (int index = 0; index < 4; index++)
    sigaction((int[]){SIGINT, SIGTERM, SIGHUP, SIGALRM}[index], &stop, NULL);
  int done[2];
  check(pipe(done), "hold: pipe");
  for (long worker = 0; worker < workers; worker++) {
    children[worker] = fork();
    check(children[worker], "hold: fork");
    if (children[worker] > 0) continue;
    end_with_parent(parent);
    for (int number = 1; number <= SIGTERM; number++) signal(number, SIG_DFL);
    close(done[0]);
    if (is_crowd) join_crowd(worker, second, third > 0 && worker % (workers / third) == 0);
    else connect_all(worker, is_time_wait, share(first, workers, worker), second);
    check(write(done[1], "", 1), "hold: pipe");
    for (;;) pause();
  }
  close(done[1]);
  char byte;
  long filled = 0;
  while (filled < workers && read(done[0], &byte, 1) == 1) filled++;
  if (filled == workers) {
    alarm(hold_seconds);
    if (printf("ready %ld\n", destinations) < 0 || fflush(stdout) != 0) perror("hold");
    while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  }  // else a worker has said why, or there was a signal

  // Gone before this process is, so that nothing of it disturbs the next table.
  for (long worker = 0; worker < workers; worker++) kill(children[worker], SIGKILL);
  while (wait(NULL) > 0 || errno == EINTR) continue;
  return filled < workers;
}
