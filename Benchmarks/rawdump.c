// The floor: asks sock_diag(7) for every TCP socket and counts the rows. Nothing that reads the
// table can be faster. One walk for both families, by the older request, as sockwise does it.
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <sys/socket.h>

int main(void) {
  struct { struct nlmsghdr header; struct inet_diag_req body; } request = {
    .header = {.nlmsg_len = sizeof request, .nlmsg_type = TCPDIAG_GETSOCK,
               .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
    .body = {.idiag_states = ~0u}};
  static _Alignas(struct nlmsghdr) char buffer[1 << 16];
  long rows = 0;

  int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
  if (netlink < 0 || send(netlink, &request, sizeof request, 0) < 0) return perror("rawdump"), 1;
  for (;;) {
    ssize_t size = recv(netlink, buffer, sizeof buffer, 0);
    if (size <= 0) return perror("rawdump"), 1;
    for (struct nlmsghdr *row = (void *)buffer; NLMSG_OK(row, size); row = NLMSG_NEXT(row, size)) {
      if (row->nlmsg_type == NLMSG_DONE) return printf("%ld\n", rows) < 0;
      if (row->nlmsg_type == NLMSG_ERROR) return fprintf(stderr, "rawdump: refused\n"), 1;
      rows++;
    }
  }
}
