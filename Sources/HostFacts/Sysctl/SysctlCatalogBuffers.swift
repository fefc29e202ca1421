extension SysctlCatalog {
  /// Memory of sockets and the path from the interface to them.
  static let buffers: [SysctlEntry] = [
    SysctlEntry(
      "net.core.rmem_default", "Bytes of receive buffer that a socket starts with (net.rst).",
      scope: .sharedReadOnly, inChildrenSince: KernelVersion(6, 11)),
    SysctlEntry(
      "net.core.rmem_max", "Most bytes of receive buffer that SO_RCVBUF can ask for (net.rst).",
      scope: .sharedReadOnly, inChildrenSince: KernelVersion(6, 11),
      defaults: [.since(6, 18, "4194304")]),
    SysctlEntry(
      "net.core.wmem_default", "Bytes of send buffer that a socket starts with (net.rst).",
      scope: .sharedReadOnly, inChildrenSince: KernelVersion(6, 11)),
    SysctlEntry(
      "net.core.wmem_max", "Most bytes of send buffer that SO_SNDBUF can ask for (net.rst).",
      scope: .sharedReadOnly, inChildrenSince: KernelVersion(6, 11),
      defaults: [.since(6, 18, "4194304")]),
    SysctlEntry(
      "net.core.optmem_max", "Most bytes of control messages and filters of a socket (net.rst).",
      inChildrenSince: KernelVersion(6, 8), allowed: [.since(6, 8, 0...2_147_483_647)],
      defaults: [.since(6, 8, "131072")]),
    SysctlEntry(
      "net.core.netdev_max_backlog",
      "Packets that wait for the kernel on each CPU before more are dropped (net.rst).",
      scope: .initialNamespace, defaults: [.always("1000")]),
    SysctlEntry(
      "net.core.netdev_budget",
      "Most packets that one round of receiving takes from all interfaces (net.rst).",
      scope: .initialNamespace, defaults: [.always("300")]),
    SysctlEntry(
      "net.core.netdev_budget_usecs",
      "Most microseconds of one round of receiving (net.rst).",
      scope: .initialNamespace),
    SysctlEntry(
      "net.core.dev_weight",
      "Most packets that one interface may hand over in one poll (net.rst).",
      scope: .initialNamespace, defaults: [.always("64")]),
    SysctlEntry(
      "net.core.busy_poll",
      "Microseconds that poll() and select() spin for packets; 0 not at all (net.rst).",
      scope: .initialNamespace, condition: .option("CONFIG_NET_RX_BUSY_POLL"),
      allowed: [.always(0...2_147_483_647)], defaults: [.always("0")]),
    SysctlEntry(
      "net.core.busy_read",
      "Microseconds that reads spin for packets, the initial SO_BUSY_POLL; 0 not at all (net.rst).",
      scope: .initialNamespace, condition: .option("CONFIG_NET_RX_BUSY_POLL"),
      allowed: [.always(0...2_147_483_647)], defaults: [.always("0")]),
    SysctlEntry(
      "net.core.default_qdisc",
      "Queueing discipline that new interfaces start with (net.rst).", kind: .string,
      scope: .initialNamespace, condition: .option("CONFIG_NET_SCHED")),
    SysctlEntry(
      "net.ipv4.tcp_mem",
      """
      Pages that all TCP sockets of the host may hold: below the first no pressure, above the \
      second pressure, the third the limit (ip-sysctl.rst).
      """, kind: .integers(count: 3),
      scope: .initialNamespace),
    SysctlEntry(
      "net.ipv4.tcp_rmem",
      "Bytes of a TCP socket's receive buffer: least, initial, most (ip-sysctl.rst).",
      kind: .integers(count: 3)),
    SysctlEntry(
      "net.ipv4.tcp_wmem",
      "Bytes of a TCP socket's send buffer: least, initial, most (ip-sysctl.rst).",
      kind: .integers(count: 3)),
    SysctlEntry(
      "net.ipv4.tcp_moderate_rcvbuf",
      "1: the receive buffer of a TCP socket follows the connection's speed (ip-sysctl.rst).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("1")]),
    SysctlEntry(
      "net.ipv4.tcp_notsent_lowat",
      "Unsent bytes below which a TCP socket is writable; 4294967295 for no limit "
        + "(ip-sysctl.rst).",
      allowed: [.always(0...4_294_967_295)], defaults: [.always("4294967295")]),
    SysctlEntry(
      "net.ipv4.tcp_limit_output_bytes",
      "Bytes that a TCP socket may have in queues and driver at a time (ip-sysctl.rst)."),
    SysctlEntry(
      "net.ipv4.udp_mem",
      "Pages that all UDP sockets of the host may hold, as in tcp_mem (ip-sysctl.rst).",
      kind: .integers(count: 3),
      scope: .initialNamespace),
    SysctlEntry(
      "net.ipv4.udp_rmem_min",
      "Bytes that a UDP socket may always receive, under memory pressure too (ip-sysctl.rst).",
      allowed: [.always(1...2_147_483_647)]),
    SysctlEntry(
      "net.ipv4.udp_wmem_min",
      "Bytes that a UDP socket may always send, under memory pressure too (ip-sysctl.rst).",
      allowed: [.always(1...2_147_483_647)]),
  ]
}
