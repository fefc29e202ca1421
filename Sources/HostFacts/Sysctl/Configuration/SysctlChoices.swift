internal import CEL

/// The names that some parameters take as values, as modules of the kernel register them. There may be
/// others, of modules built elsewhere: only what is like one of these is taken for a mistake.
enum SysctlChoices {
  /// `.name` of net/ipv4/tcp_*.c in 5.10 and 6.18, and BBR as others ship it.
  private static let congestionControls = [
    "bbr", "bbr1", "bbr2", "bbr3", "bbrplus", "bbrv2", "bbrv3", "bic", "brutal", "cdg", "cubic",
    "dctcp", "dctcp-reno", "highspeed", "htcp", "hybla", "illinois", "lp", "nv", "prague", "reno",
    "scalable", "vegas", "veno", "westwood", "yeah",
  ]

  /// `.id` of net/sched/sch_*.c in 5.10 and 6.18.
  private static let queueingDisciplines = [
    "atm", "bfifo", "blackhole", "cake", "cake_mq", "cbq", "cbs", "choke", "clsact", "codel", "drr",
    "dsmark", "dualpi2", "etf", "ets", "fq", "fq_codel", "fq_pie", "gred", "hfsc", "hhf", "htb",
    "ingress", "mq", "mqprio", "multiq", "netem", "noop", "noqueue", "pfifo", "pfifo_fast",
    "pfifo_head_drop", "pie", "plug", "prio", "qfq", "red", "sfb", "sfq", "skbprio", "taprio",
    "tbf",
  ]

  private static let names = [
    "net.core.default_qdisc": queueingDisciplines,
    "net.ipv4.tcp_congestion_control": congestionControls,
  ]

  /// Whether a parameter takes a name.
  static func areNames(of key: String) -> Bool { names[key] != nil }

  /// The name that was probably meant; nil for one that is known, and for one that is like none.
  static func suggestion(for name: String, of key: String) -> String? {
    guard let known = names[key], !known.contains(name) else { return nil }
    // Two changes make another short name.
    let distance = EditDistance(from: name, limit: name.utf8.count < 8 ? 1 : 2)
    return known.compactMap { other in
      other.utf8.count > 2 ? distance.to(other).map { (distance: $0, name: other) } : nil
    }.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
  }
}
