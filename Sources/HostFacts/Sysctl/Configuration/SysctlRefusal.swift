/// Why the kernel refuses a value, as far as the catalogue tells. Each claim is tested against the
/// running kernel, see `SysctlRefusalTests`.
///
/// proc_dointvec() and its relatives (kernel/sysctl.c) read as many numbers as they need and ignore
/// what follows after a blank: `1 # comment` is accepted for a number, and refused for a list of
/// ports or a name. Too few numbers are accepted too.
struct SysctlRefusal: Sendable {
  private let entry: SysctlEntry
  private let firstUnprivilegedPort: Int

  init(_ entry: SysctlEntry, firstUnprivilegedPort: Int = 1024) {
    self.entry = entry
    self.firstUnprivilegedPort = firstUnprivilegedPort
  }

  /// What is wrong with a value.
  struct Reason: Hashable, Sendable {
    /// What to do about it goes by this.
    enum Kind: String, CaseIterable {
      /// Whatever the value is.
      case readOnly = "read_only"
      case empty, quotes, comment
      /// It is no number, list of ports or name.
      case form
      /// It is too small or too large.
      case amount
      /// It is like a name that there is, and none that is known.
      case misspelt
    }

    var kind: Kind
    /// A clause such as "'on' is not a number".
    var text: String
    /// Whether the newest of the kernels in question refuses it too.
    var isOfNewest: Bool

    init(_ kind: Kind, _ text: String, isOfNewest: Bool = true) {
      self.kind = kind
      self.text = text
      self.isOfNewest = isOfNewest
    }
  }

  /// Nil where nothing is known against the value. Names the kernels where not all of those in
  /// question refuse it.
  func reason(_ value: [UInt8], _ kernels: [KernelVersion]) -> Reason? {
    let value = value.trimmingBlanks
    if Self.readOnly.contains(entry.key) {
      return Reason(.readOnly, "'\(entry.key)' can only be read")
    }
    if let why = form(value) { return why }
    let refusals = kernels.compactMap { kernel in
      amount(value, allowed: entry.allowedRange(on: kernel)).map { (kernel, $0) }
    }
    if kernels.isEmpty {
      return amount(value, allowed: entry.allowed.last?.value).map { Reason(.amount, $0) }
    }
    guard let last = refusals.last else { return nil }
    if refusals.count == kernels.count { return Reason(.amount, last.1) }
    let names = refusals.map(\.0.description).joined(separator: ", ")
    return Reason(
      .amount, "\(last.1) (on Linux \(names))",
      isOfNewest: refusals.contains { $0.0 == kernels.max() })
  }

  /// Parameters whose file has no permission to write.
  static let readOnly: Set<String> = [
    "net.ipv4.tcp_available_congestion_control", "net.ipv4.tcp_ehash_entries",
    "net.ipv4.udp_hash_entries", "net.netfilter.nf_conntrack_count", "fs.file-nr",
  ]

  // MARK: Form

  /// What every kernel refuses.
  private func form(_ value: [UInt8]) -> Reason? {
    let shown = Self.shown(value)
    switch entry.kind {
    case .integer, .integers, .portRange:
      if value.isEmpty {
        return Reason(.empty, "it is empty, and \(entry.kind.expectation) is needed")
      }
      if isUnreadable(value) {
        return quotes(value) ?? Reason(.form, "\(shown) is not \(entry.kind.expectation)")
      }
    case .portSet:
      if Self.ports(value) == nil {
        return quotes(value) ?? comment(value) ?? Reason(.form, portSetForm(value))
      }
    case .string:
      guard SysctlChoices.areNames(of: entry.key) else { return nil }
      if value.isEmpty { return Reason(.empty, "it is empty, and a name is needed") }
      if !value.allSatisfy(Self.isOfName) {
        return quotes(value) ?? comment(value) ?? Reason(.form, "\(shown) is not a name")
      }
      let name = String(decoding: value, as: UTF8.self)
      if let other = SysctlChoices.suggestion(for: name, of: entry.key) {
        return Reason(.misspelt, "nothing is known by that name ('\(other)' is)")
      }
    }
    return nil
  }

  /// Whether one of the words that should be numbers is none.
  private func isUnreadable(_ value: [UInt8]) -> Bool {
    let words = value.split(whereSeparator: isBlank).count
    let numbers = KernelNumber.list(value, atMost: entry.kind.numbers).count
    return numbers < min(words, entry.kind.numbers)
  }

  private func portSetForm(_ value: [UInt8]) -> String {
    value.contains(where: isBlank)
      ? "\(Self.shown(value)) has a blank; ports are parted by commas alone"
      : "\(Self.shown(value)) is not a list of ports such as 8080,9000-9010"
  }

  private func quotes(_ value: [UInt8]) -> Reason? {
    guard let first = value.first, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") else {
      return nil
    }
    return Reason(.quotes, "its quotes are taken for part of the value")
  }

  private func comment(_ value: [UInt8]) -> Reason? {
    guard let at = value.firstIndex(where: { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ";") }),
      at > 0, isBlank(value[at - 1])
    else { return nil }
    return Reason(.comment, "the comment after it is taken for part of the value")
  }

  // MARK: Amount

  /// Why a number is too small or too large.
  private func amount(_ value: [UInt8], allowed: ClosedRange<Int>?) -> String? {
    let numbers = KernelNumber.list(value, atMost: entry.kind.numbers).map(\.value)
    if let allowed {
      for number in numbers {
        if case .integer(let number) = number, allowed.contains(number) { continue }
        return "\(number.text) is not within \(allowed.lowerBound) and \(allowed.upperBound)"
      }
    }
    guard entry.kind == .portRange, case .integer(let first)? = numbers.first else { return nil }
    if first < firstUnprivilegedPort {
      return
        "it begins below net.ipv4.ip_unprivileged_port_start, which is \(firstUnprivilegedPort)"
    }
    if numbers.count > 1, case .integer(let last) = numbers[1], last < first {
      return "\(first) is above \(last)"
    }
    return nil
  }

  // MARK: Words

  private static func isOfName(_ byte: UInt8) -> Bool {
    isDigit(byte) || 0x61...0x7a ~= byte | 0x20 || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "-")
  }

  /// The ports of a list; nil where the kernel refuses it. A comma at the end is accepted.
  static func ports(_ value: [UInt8]) -> [ClosedRange<Int>]? {
    var parts = value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    if parts.last?.isEmpty == true { parts.removeLast() }
    var ranges: [ClosedRange<Int>] = []
    for part in parts {
      let ends = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      guard ends.count <= 2, !part.contains(where: isBlank) else { return nil }
      var ports: [Int] = []
      for end in ends {
        guard case .integer(let port)? = KernelNumber(end)?.value, 0...65535 ~= port else {
          return nil
        }
        ports.append(port)
      }
      guard let first = ports.first, let last = ports.last, first <= last else { return nil }
      ranges.append(first...last)
    }
    return ranges
  }

  /// A message quotes the beginning of a value only.
  private static func shown(_ value: [UInt8]) -> String {
    let text = String(decoding: value.prefix(160), as: UTF8.self)
    let short = String(String.UnicodeScalarView(text.unicodeScalars.prefix(40)))
    return short.utf8.count < value.count ? "'\(short)…'" : "'\(short)'"
  }
}

extension KernelNumber.Value {
  /// In decimal.
  var text: String {
    switch self {
    case .integer(let number): "\(number)"
    case .large(let number): "\(number)"
    }
  }
}

extension SysctlEntry.Kind {
  /// How many numbers the kernel reads.
  var numbers: Int {
    switch self {
    case .integer: 1
    case .portRange: 2
    case .integers(let count): count
    case .portSet, .string: 0
    }
  }
}

extension [UInt8] {
  /// Without blanks at its ends.
  var trimmingBlanks: [UInt8] {
    var bytes = self[...]
    while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return Array(bytes)
  }
}
