extension SysctlCatalog {
  /// Set-up, keep-alive and retransmission of TCP connections.
  static let connections: [SysctlEntry] = [
    SysctlEntry(
      "net.ipv4.tcp_keepalive_time",
      """
      Seconds without data before the first keep-alive probe of a socket with SO_KEEPALIVE \
      (ip-sysctl.rst).
      """,
      defaults: [.always("7200")]),
    SysctlEntry(
      "net.ipv4.tcp_keepalive_intvl",
      "Seconds between keep-alive probes (ip-sysctl.rst).",
      defaults: [.always("75")]),
    SysctlEntry(
      "net.ipv4.tcp_keepalive_probes",
      "Unanswered keep-alive probes after which the connection is dropped (ip-sysctl.rst).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("9")]),
    SysctlEntry(
      "net.ipv4.tcp_syn_retries",
      "Times that connect() sends its SYN again (ip-sysctl.rst).",
      allowed: [.always(1...127)], defaults: [.always("6")]),
    SysctlEntry(
      "net.ipv4.tcp_syn_linear_timeouts",
      "Retries of a SYN before the time between them starts to double (ip-sysctl.rst).",
      added: KernelVersion(6, 5), allowed: [.always(0...127)], defaults: [.always("4")]),
    SysctlEntry(
      "net.ipv4.tcp_synack_retries",
      "Times that a listener sends its SYN-ACK again (ip-sysctl.rst).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("5")]),
    SysctlEntry(
      "net.ipv4.tcp_retries1",
      "Retransmissions after which TCP asks the network layer for another route (ip-sysctl.rst).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("3")]),
    SysctlEntry(
      "net.ipv4.tcp_retries2",
      "Retransmissions after which an established connection is dropped (ip-sysctl.rst).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("15")]),
    SysctlEntry(
      "net.ipv4.tcp_rto_min_us",
      "Smallest retransmission timeout, in microseconds (ip-sysctl.rst).",
      added: KernelVersion(6, 11), allowed: [.always(1...2_147_483_647)],
      defaults: [.always("200000")]),
    SysctlEntry(
      "net.ipv4.tcp_rto_max_ms",
      "Largest retransmission timeout, in milliseconds (ip-sysctl.rst).",
      added: KernelVersion(6, 15), allowed: [.always(1_000...120_000)],
      defaults: [.always("120000")]),
    SysctlEntry(
      "net.ipv4.tcp_slow_start_after_idle",
      "1: a connection that was idle for a retransmission timeout starts slowly again "
        + "(ip-sysctl.rst, RFC 2861).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("1")]),
    SysctlEntry(
      "net.ipv4.tcp_sack",
      "1: selective acknowledgements are offered (ip-sysctl.rst, RFC 2018).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("1")]),
    SysctlEntry(
      "net.ipv4.tcp_window_scaling",
      "1: windows over 64 KiB are offered (ip-sysctl.rst, RFC 7323).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("1")]),
    SysctlEntry(
      "net.ipv4.tcp_ecn",
      "Explicit congestion notification: 0 off, 1 asked for and accepted, 2 accepted only; newer "
        + "kernels know more modes (ip-sysctl.rst).",
      // The largest mode is 2 up to 6.18 and grows after.
      allowed: [.since(5, 14, 0...255), .since(5, 19, 0...2), .since(6, 19, 0...255)],
      defaults: [.always("2")]),
    SysctlEntry(
      "net.ipv4.tcp_fastopen",
      "Bits of TCP Fast Open: 1 client, 2 server, 4 and up variations (ip-sysctl.rst).",
      defaults: [.always("1")]),
    SysctlEntry(
      "net.ipv4.tcp_congestion_control",
      "Congestion control of new connections (ip-sysctl.rst).", kind: .string),
    SysctlEntry(
      "net.ipv4.tcp_available_congestion_control",
      "Congestion controls that are built in or loaded (ip-sysctl.rst).", kind: .string,
      scope: .sharedReadOnly, inChildrenSince: KernelVersion(5, 7)),
    SysctlEntry(
      "net.ipv4.tcp_mtu_probing",
      "Path MTU probing by TCP: 0 off, 1 when a black hole is suspected, 2 always "
        + "(ip-sysctl.rst, RFC 4821).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("0")]),
    SysctlEntry(
      "net.ipv4.tcp_no_metrics_save",
      "1: the measurements of a closed connection are not kept for the next one to its peer "
        + "(ip-sysctl.rst).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("0")]),
    SysctlEntry(
      "net.ipv4.tcp_invalid_ratelimit",
      "Least milliseconds between two duplicate acknowledgements of invalid segments "
        + "(ip-sysctl.rst).",
      defaults: [.always("500")]),
    SysctlEntry(
      "net.ipv4.tcp_early_demux",
      "1: segments of established connections are matched to their socket before routing "
        + "(ip-sysctl.rst).",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("1")]),
    SysctlEntry(
      "net.ipv4.ip_forward",
      "1: the namespace forwards packets between its interfaces (ip-sysctl.rst).",
      // A new namespace takes it from the initial one (devconf_inherit_init_net).
      defaults: [.always("0")]),
  ]
}
