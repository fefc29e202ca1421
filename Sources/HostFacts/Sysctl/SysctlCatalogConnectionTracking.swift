extension SysctlCatalog {
  /// The connection tracking of Netfilter; all of it is absent until its module is loaded.
  static let connectionTracking: [SysctlEntry] = [
    tracked(
      "max", "Most tracked connections of each network namespace; more are dropped",
      scope: .sharedReadOnly),
    tracked("count", "Connections that are tracked now, in this network namespace"),
    tracked(
      "buckets", "Buckets of the table of connections, which namespaces share",
      scope: .sharedReadOnly),
    tracked(
      "expect_max", "Most expected connections, such as an FTP server's",
      scope: .sharedReadOnly),
    tracked(
      "acct", "1: packets and bytes of each connection are counted",
      allowed: [.since(5, 2, 0...1)], defaults: [.always("0")]),
    tracked(
      "checksum", "1: packets with a wrong checksum are not tracked",
      allowed: [.since(5, 2, 0...1)], defaults: [.always("1")]),
    tracked(
      "log_invalid", "Protocol whose invalid packets are logged: 255 all, 0 none",
      allowed: [.always(0...255)], defaults: [.always("0")]),
    tracked(
      "generic_timeout", "Seconds that an idle connection of another protocol is kept",
      defaults: [.always("600")]),
    tracked(
      "tcp_loose", "1: connections are picked up in their middle",
      allowed: [.since(5, 2, 0...1)], defaults: [.always("1")]),
    tracked(
      "tcp_be_liberal", "1: only RST segments outside the window are invalid",
      allowed: [.since(5, 2, 0...1)], defaults: [.always("0")]),
    tracked(
      "tcp_ignore_invalid_rst", "1: RST segments outside the window are not marked invalid",
      added: KernelVersion(5, 14), allowed: [.always(0...1)], defaults: [.always("0")]),
    tracked(
      "tcp_max_retrans", "Retransmissions before timeout_max_retrans applies",
      allowed: [.since(5, 14, 0...255)], defaults: [.always("3")]),
    tracked("tcp_timeout_syn_sent", "Seconds kept after a SYN", defaults: [.always("120")]),
    tracked("tcp_timeout_syn_recv", "Seconds kept after a SYN-ACK", defaults: [.always("60")]),
    tracked(
      "tcp_timeout_established", "Seconds that an idle open connection is kept",
      defaults: [.always("432000")]),
    tracked(
      "tcp_timeout_fin_wait", "Seconds kept after the first FIN",
      defaults: [.always("120")]),
    tracked(
      "tcp_timeout_close_wait", "Seconds kept while the second side has not closed",
      defaults: [.always("60")]),
    tracked(
      "tcp_timeout_last_ack", "Seconds kept after the second FIN",
      defaults: [.always("30")]),
    tracked(
      "tcp_timeout_time_wait", "Seconds kept after both sides closed",
      defaults: [.always("120")]),
    tracked("tcp_timeout_close", "Seconds kept after an RST", defaults: [.always("10")]),
    tracked(
      "tcp_timeout_max_retrans", "Seconds kept after tcp_max_retrans retransmissions",
      defaults: [.always("300")]),
    tracked(
      "tcp_timeout_unacknowledged", "Seconds kept while data stays unacknowledged",
      defaults: [.always("300")]),
    tracked(
      "udp_timeout", "Seconds kept after a datagram without an answer",
      defaults: [.always("30")]),
    tracked(
      "udp_timeout_stream", "Seconds kept after a datagram of an exchange",
      defaults: [.always("180"), .since(5, 0, "120")]),
    tracked("icmp_timeout", "Seconds kept after an ICMP query", defaults: [.always("30")]),
  ]

  private static func tracked(
    _ name: String, _ documentation: String, scope: SysctlEntry.Scope = .networkNamespace,
    added: KernelVersion? = nil, allowed: [SysctlEntry.Since<ClosedRange<Int>>] = [],
    defaults: [SysctlEntry.Since<String>] = []
  ) -> SysctlEntry {
    SysctlEntry(
      "net.netfilter.nf_conntrack_\(name)", "\(documentation) (nf_conntrack-sysctl.rst).",
      scope: scope, added: added, condition: .module("nf_conntrack"), allowed: allowed,
      defaults: defaults)
  }
}
