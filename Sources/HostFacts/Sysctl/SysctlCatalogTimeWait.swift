extension SysctlCatalog {
  /// How closed connections linger, and when their ports are used again.
  static let timeWait: [SysctlEntry] = [
    SysctlEntry(
      "net.ipv4.tcp_tw_reuse",
      """
      Whether connect() may take over a port in TIME_WAIT: 0 no, 1 yes, 2 on loopback only \
      (ip-sysctl.rst).
      """,
      allowed: [.since(4, 18, 0...2)], defaults: [.always("0"), .since(4, 18, "2")]),
    SysctlEntry(
      "net.ipv4.tcp_tw_reuse_delay",
      "Milliseconds in TIME_WAIT before tcp_tw_reuse applies (ip-sysctl.rst).",
      added: KernelVersion(6, 14), allowed: [.always(1...60_000)], defaults: [.always("1000")]),
    SysctlEntry(
      "net.ipv4.tcp_tw_recycle",
      "Once dropped TIME_WAIT early, and with it clients behind NAT (Linux commit 4396e46187ca).",
      removed: KernelVersion(4, 12)),
    SysctlEntry(
      "net.ipv4.tcp_tw_timeout",
      """
      How long TIME_WAIT lasts, on kernels of Alibaba Cloud and their relatives; everywhere else \
      60 seconds, compiled in (TCP_TIMEWAIT_LEN).
      """,
      condition: .vendor),
    SysctlEntry(
      "net.ipv4.tcp_max_tw_buckets",
      """
      Most sockets in TIME_WAIT or orphaned FIN_WAIT2; beyond it connections close without \
      (ip-sysctl.rst).
      """),
    SysctlEntry(
      "net.ipv4.tcp_fin_timeout",
      """
      Seconds that an orphaned connection may stay in FIN_WAIT2; it does not change how long \
      TIME_WAIT lasts (ip-sysctl.rst).
      """,
      defaults: [.always("60")]),
    SysctlEntry(
      "net.ipv4.tcp_timestamps",
      """
      TCP timestamps: 0 off, 1 with an offset that is random for each connection, 2 without the \
      offset (ip-sysctl.rst, RFC 7323).
      """,
      allowed: [.since(5, 14, 0...255)], defaults: [.always("1")]),
    SysctlEntry(
      "net.ipv4.tcp_rfc1337",
      "1: TIME_WAIT ignores RST segments, as RFC 1337 asks (ip-sysctl.rst).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("0")]),
    SysctlEntry(
      "net.ipv4.tcp_max_orphans",
      "Most TCP sockets that no process holds; more are reset at once (ip-sysctl.rst).",
      scope: .initialNamespace),
    SysctlEntry(
      "net.ipv4.tcp_orphan_retries",
      "Retransmissions before a connection that no process holds is dropped; 0 means 8 "
        + "(ip-sysctl.rst, tcp_orphan_retries() in tcp_timer.c).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("0")]),
    SysctlEntry(
      "net.ipv4.tcp_ehash_entries",
      """
      Buckets in the connection hash of this namespace; negative where it shares the initial \
      namespace's (ip-sysctl.rst).
      """,
      added: KernelVersion(6, 1)),
    SysctlEntry(
      "net.ipv4.tcp_child_ehash_entries",
      """
      Buckets in the connection hash of network namespaces made from here; 0: they share the \
      initial namespace's (ip-sysctl.rst).
      """,
      added: KernelVersion(6, 1), allowed: [.always(0...16_777_216)], defaults: [.always("0")]),
    SysctlEntry(
      "net.ipv4.udp_hash_entries",
      """
      Buckets in the UDP hash of this namespace; negative where it shares the initial namespace's \
      (ip-sysctl.rst).
      """,
      added: KernelVersion(6, 2)),
    SysctlEntry(
      "net.ipv4.udp_child_hash_entries",
      """
      Buckets in the UDP hash of network namespaces made from here; 0: they share the initial \
      namespace's (ip-sysctl.rst).
      """,
      added: KernelVersion(6, 2), allowed: [.always(0...65_536)], defaults: [.always("0")]),
  ]
}
