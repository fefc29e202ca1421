extension SysctlCatalog {
  /// Listen queues, and what happens when they are full.
  static let listenQueues: [SysctlEntry] = [
    SysctlEntry(
      "net.core.somaxconn",
      "Largest backlog: listen() takes the smaller of this and its argument (net.rst).",
      allowed: [.always(0...2_147_483_647)], defaults: [.always("128"), .since(5, 4, "4096")]),
    SysctlEntry(
      "net.ipv4.tcp_max_syn_backlog",
      """
      Half-open connections of a listener beyond which some are dropped early, where SYN cookies \
      are off (ip-sysctl.rst).
      """),
    SysctlEntry(
      "net.ipv4.tcp_syncookies",
      "SYN cookies: 0 off, 1 when a listener's queue is full, 2 always (ip-sysctl.rst).",
      condition: .option("CONFIG_SYN_COOKIES"),
      allowed: [.since(5, 14, 0...255)], defaults: [.always("1")]),
    SysctlEntry(
      "net.ipv4.tcp_abort_on_overflow",
      "1: a connection that finds the accept queue full is reset, not kept waiting "
        + "(ip-sysctl.rst).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("0")]),
    SysctlEntry(
      "net.ipv4.tcp_migrate_req",
      """
      1: when a listener closes, its queued connections go to another listener of its \
      SO_REUSEPORT group (ip-sysctl.rst).
      """,
      added: KernelVersion(5, 14), allowed: [.always(0...1)], defaults: [.always("0")]),
    SysctlEntry(
      "net.ipv4.tcp_challenge_ack_limit",
      "Challenge acknowledgements sent in a second; the largest integer is no limit "
        + "(ip-sysctl.rst, RFC 5961).",
      // 1000 before, but stable releases took the change too.
      defaults: [.since(6, 0, "2147483647")]),
    SysctlEntry(
      "net.unix.max_dgram_qlen",
      "Datagrams that wait on a Unix socket before senders block; also the longest backlog that "
        + "its sockets start with (unix(7)).",
      condition: .option("CONFIG_UNIX"), defaults: [.always("10")]),
  ]
}
