internal import CEL

/// The counters that rules may name, in the kernel's spelling, as nstat(8) shows them.
///
/// The kernel has some 250; the useful ones are listed (include/uapi/linux/snmp.h names them all).
enum NetstatCounter {
  /// What `/proc/net/stat/nf_conntrack` counts, as if it were a line of the others.
  static let conntrack = "Conntrack"

  /// What begins with it in `/proc/net/snmp6`, as if it were a line of the others.
  static let udp6 = "Udp6"

  /// Lines of `/proc/net/snmp`; the others are in `/proc/net/netstat`.
  static let linesOfSnmp: Set<String> = ["Ip", "Tcp", "Udp"]

  static let tree = FactTree(
    "Netstat",
    "Counters of this namespace since it began, as `nstat -a` shows them, and `conntrack -S`.",
    leaves)

  static let treeOfDelta = FactTree(
    "NetstatDelta", "How much each counter grew between two samples.", leaves)

  private static let leaves: [FactTree.Leaf] = counters.flatMap { line, names in
    names.map { name, documentation in .init([line, name], .int, documentation) }
  }

  private static let counters: [(String, [(String, String)])] = [
    (
      "TcpExt",
      [
        ("TW", "Sockets that left TIME_WAIT by their timer."),
        ("TWRecycled", "TIME_WAIT sockets whose port connect() took again (`tcp_tw_reuse`)."),
        ("TWKilled", "TIME_WAIT sockets that left by a timer of 4 s or less."),
        (
          "TCPTimeWaitOverflow",
          "Connections that skipped TIME_WAIT because of `tcp_max_tw_buckets`."
        ),
        ("ListenOverflows", "Connections dropped because a listener's accept queue was full."),
        ("ListenDrops", "Connections that a listener dropped, ListenOverflows among them."),
        ("TCPReqQFullDrop", "SYNs dropped because a SYN queue was full."),
        ("TCPReqQFullDoCookies", "SYNs answered with a cookie because a SYN queue was full."),
        ("SyncookiesSent", "SYN cookies sent."),
        ("SyncookiesRecv", "SYN cookies that came back and were valid."),
        ("SyncookiesFailed", "SYN cookies that came back and were not valid."),
        ("PAWSActive", "Segments to connecting sockets dropped for an old timestamp."),
        ("PAWSEstab", "Segments to established sockets dropped for an old timestamp."),
        ("PAWSTimewait", "Segments to TIME_WAIT sockets dropped for an old timestamp."),
        ("TCPAbortOnMemory", "Connections reset for too many orphans or too little memory."),
        ("TCPAbortOnClose", "Connections reset because they were closed with unread data."),
        ("TCPAbortOnData", "Connections reset because data came after they were closed."),
        ("TCPAbortOnTimeout", "Connections given up after too many retransmissions."),
        ("TCPAbortOnLinger", "Orphans reset because of the TCP_LINGER2 option."),
        ("TCPAbortFailed", "Resets that could not be sent."),
        ("TCPMigrateReqSuccess", "Pending connections handed to another SO_REUSEPORT listener."),
        ("TCPMigrateReqFailure", "Pending connections that no other listener could take."),
        ("TCPMemoryPressures", "Times that TCP came under memory pressure."),
        ("PruneCalled", "Times that a receive queue was pruned for lack of memory."),
        ("RcvPruned", "Segments dropped when a receive queue was pruned."),
        ("TCPBacklogDrop", "Segments dropped because a socket's backlog was full."),
        ("TCPDeferAcceptDrop", "ACKs ignored because of TCP_DEFER_ACCEPT."),
        ("TCPTimeouts", "Retransmission timeouts."),
        ("TCPSynRetrans", "SYN and SYN-ACK retransmissions."),
        ("TCPOrigDataSent", "Segments with new data sent."),
        ("TCPKeepAlive", "Keep-alive probes sent."),
        ("TCPSYNChallenge", "Challenge ACKs sent for a SYN to a synchronized connection."),
      ]
    ),
    (
      "Tcp",
      [
        ("ActiveOpens", "Connections that connect() started."),
        ("PassiveOpens", "Connections that came to listeners."),
        ("AttemptFails", "Connections that failed before they were established."),
        ("EstabResets", "Established connections that were reset."),
        ("CurrEstab", "Connections in ESTABLISHED or CLOSE_WAIT now."),
        ("InSegs", "Segments received."),
        ("OutSegs", "Segments sent, without retransmissions."),
        ("RetransSegs", "Segments sent again."),
        ("InErrs", "Segments received in error."),
        ("OutRsts", "Resets sent."),
      ]
    ),
    (
      "Udp",
      [
        ("InDatagrams", "Datagrams delivered."),
        ("NoPorts", "Datagrams to a port without a socket."),
        ("InErrors", "Datagrams dropped for any other reason."),
        ("OutDatagrams", "Datagrams sent."),
        ("RcvbufErrors", "Datagrams dropped because a receive buffer was full."),
        ("SndbufErrors", "Datagrams not sent because a send buffer was full."),
        ("MemErrors", "Datagrams dropped because of `udp_mem`."),
      ]
    ),
    (
      udp6,
      [
        (
          "RcvbufErrors",
          "The same of IPv6: `Udp6RcvbufErrors` of `/proc/net/snmp6`. Absent where IPv6 is off."
        )
      ]
    ),
    (
      "Ip",
      [
        ("InReceives", "IPv4 packets received."),
        ("InDiscards", "IPv4 packets dropped although nothing was wrong with them."),
        ("OutRequests", "IPv4 packets that local sockets sent."),
        ("OutDiscards", "IPv4 packets that could not be sent."),
        ("OutNoRoutes", "IPv4 packets without a route."),
      ]
    ),
    (
      conntrack,
      [
        (
          "insert_failed",
          "First packets dropped because another connection had the same addresses and ports when"
            + " theirs was to be inserted. Of all processors, as the others here."
        ),
        ("drop", "Packets dropped because their connection could not be tracked."),
        ("early_drop", "Entries evicted to make room for others."),
      ]
    ),
  ]
}
