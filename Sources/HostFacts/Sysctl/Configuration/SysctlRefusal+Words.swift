extension SysctlRefusal {
  /// What is wrong with a word such as `true`, for a parameter of which no more is known than that it is
  /// a number: the kernel reads no words for those.
  static func word(_ value: [UInt8], for key: String) -> Reason? {
    let text = String(decoding: value, as: UTF8.self)
    guard words.contains(text.lowercased()), numbers.contains(where: key.hasPrefix),
      !names.contains(where: { key.hasPrefix($0) || key.hasSuffix($0) })
    else { return nil }
    return Reason(.form, "'\(text)' is not a number")
  }

  private static let words: Set<String> = [
    "true", "false", "yes", "no", "on", "off", "enabled", "disabled",
  ]
  /// Beginnings of parameters that are numbers, and those of them that are not. Of the 447 parameters
  /// below `net` that may be written on Linux 6.18 no other takes one of these words.
  private static let numbers = [
    "net.ipv4.", "net.ipv6.", "net.core.", "net.bridge.", "net.netfilter.", "vm.",
  ]
  private static let names = [
    "net.core.default_qdisc", "net.ipv4.tcp_congestion_control",
    "net.ipv4.tcp_allowed_congestion_control", "net.ipv4.tcp_fastopen_key", ".stable_secret",
    "net.netfilter.nf_log.", "vm.numa_zonelist_order",
  ]
}
