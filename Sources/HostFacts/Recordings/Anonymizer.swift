/// Replaces what says whose host it is: addresses, names of the host, of processes, units, network
/// namespaces and interfaces, the boot's identifier. Equal ones become equal ones, with a key that
/// no one keeps; ports, numbers of processes and users, and kernel parameters stay.
struct Anonymizer: Sendable {
  private let hash: SipHash
  private let address: AddressCipher

  /// With a key of its own for each recording; the system's generator is that of getrandom(2).
  init(key: (UInt64, UInt64) = (.random(in: 0 ... .max), .random(in: 0 ... .max))) {
    hash = SipHash(key: key)
    address = AddressCipher(hash)
  }

  func callAsFunction(_ address: InetAddress) -> InetAddress { self.address(address) }

  /// An address in network order within bytes that have room for it.
  func replace(_ bytes: inout [UInt8], _ start: Int, isIPv4: Bool) {
    let count = isIPv4 ? 4 : 16
    guard start >= 0, start + count <= bytes.count else { return }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for byte in bytes[start..<start + count] {
      high = high << 8 | low >> 56
      low = low << 8 | UInt64(byte)
    }
    let other = address(
      isIPv4 ? InetAddress(ipv4: UInt32(low)) : InetAddress(high: high, low: low))
    for index in 0..<count {
      let shift = UInt64(8 * (count - 1 - index))
      let byte = shift >= 64 ? other.high >> (shift - 64) : other.low >> shift
      bytes[start + index] = UInt8(truncatingIfNeeded: byte)
    }
  }

  // MARK: Names

  /// A process's name. What PID 1 is decides what a listener is.
  func process(_ name: String) -> String {
    name == "systemd" ? name : "process-\(label(name))"
  }

  /// A unit's name; its type stays, and that it is an instance.
  func unit(_ name: String) -> String {
    if name == "init.scope" { return name }
    let last = name.split(separator: ".").last.map(String.init)
    let type = last.map { UnitName.isType($0) ? ".\($0)" : "" } ?? ""
    // Units that are one of several stay such, see `SocketOwner.unitTemplate`.
    if let at = name.firstIndex(of: "@") {
      return "unit-\(label(String(name[..<at])))@\(label(String(name[at...])))\(type)"
    }
    let whole = name.dropLast(type.count)
    if type == ".scope", let dash = whole.lastIndex(of: "-") {
      return "unit-\(label(String(whole[..<dash])))-\(label(String(whole[dash...])))\(type)"
    }
    let digits = whole.suffix(whole.utf8.reversed().prefix(while: isDigit).count)
    let common = whole.dropLast(digits.count)
    return "unit-\(label(String(common)))x\(digits)\(type)"
  }

  func namespace(_ name: String) -> String { "namespace-\(label(name))" }

  /// A profile of TuneD, which the administrator may have named.
  func profile(_ name: some StringProtocol) -> String { "profile-\(label(String(name)))" }

  /// A section of such a profile.
  func section(_ name: some StringProtocol) -> String { "section-\(label(String(name)))" }

  func interface(_ index: UInt32, _ name: String) -> String { name == "lo" ? name : "if\(index)" }

  /// Of a kernel's release the numbers: who builds his own gives it a name.
  func release(_ text: String) -> String {
    var numbers = Substring(text).utf8.prefix {
      isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
    }
    while let last = numbers.last, !isDigit(last) { numbers.removeLast() }
    return String(Substring(numbers))
  }

  /// A sentence: identifiers of containers may stand in it.
  func sentence(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var run = String.UnicodeScalarView()
    func flush() {
      let isIdentifier = run.count >= 12
      result += isIdentifier ? label(String(run), digits: 12).unicodeScalars : run
      run.removeAll()
    }
    for scalar in text.unicodeScalars {
      if ("0"..."9").contains(scalar) || ("a"..."f").contains(scalar) {
        run.append(scalar)
      } else {
        flush()
        result.append(scalar)
      }
    }
    flush()
    return String(result)
  }

  private func label(_ name: String, digits: Int = 6) -> String {
    let text = String(hash(name), radix: 16)
    return String((String(repeating: "0", count: 16 - text.utf8.count) + text).prefix(digits))
  }

  // MARK: Files

  /// A file below `/proc` that was read whole; nil where it may tell too much. Other files hold
  /// parameters and counters.
  func file(_ path: String, _ content: [UInt8]) -> [UInt8]? {
    if !isHarmless(path) { return nil }
    let text = String(decoding: content, as: UTF8.self)
    switch path {
    case "/proc/sys/kernel/hostname": return Array("host-\(label(trimmed(text)))\n".utf8)
    case "/proc/sys/kernel/random/boot_id": return Array((identifier(text) + "\n").utf8)
    case "/proc/1/comm": return Array((process(trimmed(text)) + "\n").utf8)
    case "/proc/sys/kernel/osrelease": return Array((release(trimmed(text)) + "\n").utf8)
    // Rules may name any parameter, such as kernel.domainname or net.ipv4.tcp_fastopen_key.
    case _ where path.hasPrefix("/proc/sys/") && !Self.catalogue.contains(path):
      return text.utf8.allSatisfy { isDigit($0) || isBlank($0) || $0 == UInt8(ascii: "-") }
        ? content : nil
    default: return content
    }
  }

  /// Whether a path has no name of an interface in it: `/proc/sys/net/ipv4/conf/eth0/…`.
  func isHarmless(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    guard let table = parts.firstIndex(where: { $0 == "conf" || $0 == "neigh" }),
      parts.starts(with: ["proc", "sys", "net"]), table + 1 < parts.count
    else { return true }
    return ["all", "default", "lo"].contains(parts[table + 1])
  }

  /// The parameters that every audit reads.
  private static let catalogue = Set(
    (ProcSys.ofHost + ProcSys.ofNamespace).map { ProcSys.path(of: $0.key) })

  /// Looks like `/proc/sys/kernel/random/boot_id`.
  private func identifier(_ text: String) -> String {
    let digits = label(text, digits: 16) + label("2" + text, digits: 16)
    var parts: [Substring] = []
    var rest = digits[...]
    for count in [8, 4, 4, 4, 12] {
      parts.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return parts.joined(separator: "-")
  }
}

extension Anonymizer {
  func anonymize(_ file: inout RecordedSockets) {
    for index in file.sockets.indices {
      file.sockets[index].replaceNames(self)
    }
  }

  /// - Parameter names: those of configuration files.
  func anonymize(_ file: inout RecordingFile, _ names: ConfigurationNames) {
    file.kernel = file.kernel.map(release)
    file.namespace.name.replace(namespace, self)
    for index in file.namespaces.indices {
      file.namespaces[index].name = file.namespaces[index].name.map(namespace)
    }
    for index in (file.closeWaits?.owners ?? []).indices {
      file.closeWaits?.owners[index].owner.replaceNames(self)
    }
    file.directories = file.directories.map { names($0) }.sorted()
    file.absent = file.absent.map { names($0) }.sorted()
    for index in file.unreadable.indices { anonymize(&file.unreadable[index], names) }
    for index in file.notFiles.indices { anonymize(&file.notFiles[index], names) }
  }

  private func anonymize(_ failure: inout RecordedFailure, _ names: ConfigurationNames) {
    let path = names(failure.path)
    // Most reasons quote the path.
    if let range = failure.why.reason.firstRange(of: failure.path) {
      failure.why.reason.replaceSubrange(range, with: path)
    }
    failure = RecordedFailure(
      path: path, why: .init(Unreadable(sentence(failure.why.reason), grant: failure.why.grant)))
  }
}

extension RecordedSocket {
  fileprivate mutating func replaceNames(_ anonymizer: Anonymizer) {
    process.replace(anonymizer.process, anonymizer)
    unit.replace(anonymizer.unit, anonymizer)
    for index in owners.indices { owners[index].replaceNames(anonymizer) }
    for index in (members ?? []).indices { members?[index].replaceNames(anonymizer) }
    connections?.replaceNames(anonymizer)
    for index in (leak?.value?.holders ?? []).indices {
      leak?.value?.holders[index].replaceNames(anonymizer)
    }
    leak?.value?.unit.replace(anonymizer.unit, anonymizer)
  }
}

extension RecordedMember {
  fileprivate mutating func replaceNames(_ anonymizer: Anonymizer) {
    for index in owners.indices { owners[index].replaceNames(anonymizer) }
  }
}

extension RecordedOwner {
  fileprivate mutating func replaceNames(_ anonymizer: Anonymizer) {
    process.replace(anonymizer.process, anonymizer)
    unit.replace(anonymizer.unit, anonymizer)
  }
}

extension RecordedReading<String> {
  fileprivate mutating func replace(_ name: (String) -> String, _ anonymizer: Anonymizer) {
    value = value.map(name)
    absent = absent.map(anonymizer.sentence)
    if let reason = unavailable?.reason { unavailable?.reason = anonymizer.sentence(reason) }
  }
}
