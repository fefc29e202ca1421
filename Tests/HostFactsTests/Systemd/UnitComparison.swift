import CEL
import TestSupport

@testable import HostFacts

/// Compares our units with what `systemctl show` says of them.
enum UnitComparison {
  /// How many properties were compared, and the trees that differ, with what does.
  static func compare(_ trees: [UnitTree], with systemd: BootedSystemd) throws -> (
    Int, [(UnitTree, [String])]
  ) {
    for tree in trees { try tree.write(below: systemd.root) }
    defer { for tree in trees { tree.remove(below: systemd.root) } }
    let found = try compare(
      trees.map { Asked(names: $0.names, tag: $0.tag) }, with: systemd)
    return (
      found.count,
      zip(trees, found.differences).compactMap { tree, wrong in
        wrong.isEmpty ? nil : (tree, wrong.map(\.description))
      }
    )
  }

  /// Units that are asked for together. Of names in dependencies those with the tag are compared.
  struct Asked {
    var names: [String]
    var tag: String
  }

  /// A property that is not the same.
  struct Difference: CustomStringConvertible {
    var unit: String
    var property: String
    var theirs: [String]
    var ours: [String]

    var description: String { "\(unit) \(property): systemd \(theirs), we \(ours)" }
  }

  /// Compares what is in systemd's directories now.
  static func compare(_ all: [Asked], with systemd: BootedSystemd) throws -> (
    count: Int, differences: [[Difference]]
  ) {
    try systemd.reload()
    let assembly = UnitAssembly(
      UnitSearchPath.system, HostUnitFiles(HostRoot(systemd.root)), version: 252)
    // By what they are called: an alias that is loaded first would be what %n says.
    func id(_ name: String) -> String {
      UnitName(name).map { assembly.loader.map.id(of: $0).text } ?? name
    }
    let asked = Set(all.flatMap(\.names).map(id)).sorted()
    let units = assembly.units(asked.compactMap { UnitName($0) }, bareDropIns: false, deadline: nil)
    let byName = Dictionary(
      units.units.elements.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let shown = try systemd.show(asked, UnitExpectation.properties)
    var count = 0
    let differences = all.map { part -> [Difference] in
      var wrong: [Difference] = []
      for name in Set(part.names.map(id)).sorted() {
        let actual = shown[name] ?? [:]
        let expected = UnitExpectation.of(byName[name], name: name, tag: part.tag)
        for (property, ours) in expected.sorted(by: { $0.key < $1.key }) {
          count += 1
          let theirs = UnitExpectation.normalized(property, actual[property] ?? [], tag: part.tag)
          if theirs != ours {
            wrong.append(Difference(unit: name, property: property, theirs: theirs, ours: ours))
          }
        }
      }
      return wrong
    }
    return (count, differences)
  }

  /// A smaller tree that differs still.
  static func shrink(_ tree: UnitTree, with systemd: BootedSystemd) throws -> UnitTree {
    var tree = tree
    var attempts = 0
    while attempts < 150 {
      var found = false
      for candidate in tree.smaller {
        attempts += 1
        if try !compare([candidate], with: systemd).1.isEmpty {
          tree = candidate
          found = true
          break
        }
        if attempts >= 150 { break }
      }
      if !found { break }
    }
    return tree
  }
}

/// What `systemctl show` should say, and how both sides are made comparable.
enum UnitExpectation {
  static let properties = [
    "Id", "Names", "LoadState", "FragmentPath", "DropInPaths", "UnitFileState", "After",
    "Conflicts",
    "Type", "Restart", "RestartUSec", "StartLimitIntervalUSec", "StartLimitBurst", "KillMode",
    "LimitNOFILE", "LimitNOFILESoft", "PrivateNetwork", "ExecStart", "ExecStartPre",
    "ExecStartPost", "ExecStop", "ExecStopPost", "Listen", "Accept", "Backlog", "ReusePort",
    "FreeBind", "Transparent", "BindIPv6Only", "BindToDevice", "MaxConnections", "Triggers",
    "ReceiveBuffer", "SendBuffer",
  ]

  static func of(_ unit: Unit?, name: String, tag: String) -> [String: [String]] {
    guard let unit else { return ["LoadState": ["not-found"]] }
    var expected: [String: [String]] = [
      "Id": [unit.name], "LoadState": [unit.loadState.rawValue], "Names": unit.names,
    ]
    // What was not found has no more.
    guard unit.loadState != .notFound else { return expected }
    expected["FragmentPath"] = [unit.path.value ?? ""]
    expected["UnitFileState"] = [unit.enablement.rawValue]
    // systemd stops in the middle of a file that it cannot read.
    guard unit.loadState != .error else { return expected }
    let isRefused = unit.problems.contains {
      $0.kind == .fatal && $0.location.path == unit.path.value
    }
    guard !isRefused || unit.loadState == .masked else { return expected }
    expected["DropInPaths"] = unit.dropIns
    guard unit.loadState == .loaded else { return expected }
    expected["After"] = own(unit.dependencies.after, tag)
    expected["Conflicts"] = own(unit.dependencies.conflicts, tag)
    if let service = unit.service.value { add(service, unit, to: &expected) }
    if let socket = unit.socket.value { add(socket, unit, to: &expected) }
    return expected
  }

  private static func add(
    _ service: ServiceUnit, _ unit: Unit, to expected: inout [String: [String]]
  ) {
    expected["Type"] = [service.type.value ?? ""]
    expected["Restart"] = [service.restart.value ?? ""]
    expected["RestartUSec"] = [span(service.restartDelay)]
    expected["StartLimitIntervalUSec"] = [span(service.startLimitInterval)]
    expected["StartLimitBurst"] = ["\(service.startLimitBurst.value ?? -1)"]
    expected["KillMode"] = [service.killMode.value ?? ""]
    expected["PrivateNetwork"] = [yes(service.privateNetwork)]
    if let limit = service.openFiles.value {
      expected["LimitNOFILE"] = [limit.hard == .max ? "infinity" : "\(limit.hard)"]
      expected["LimitNOFILESoft"] = [limit.soft == .max ? "infinity" : "\(limit.soft)"]
    }
    for setting in ["ExecStart", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecStopPost"] {
      expected[setting] = commands(unit, setting)
    }
  }

  private static func add(
    _ socket: SocketUnit, _ unit: Unit, to expected: inout [String: [String]]
  ) {
    expected["Listen"] = socket.listen.map(listen)
    expected["Accept"] = [yes(socket.accept)]
    expected["Backlog"] = ["\(socket.backlog.value ?? -1)"]
    expected["ReusePort"] = [yes(socket.reusePort)]
    expected["FreeBind"] = [yes(socket.freeBind)]
    expected["Transparent"] = [yes(socket.transparent)]
    expected["PrivateNetwork"] = [yes(socket.privateNetwork)]
    expected["BindIPv6Only"] = [socket.bindIPv6Only.value ?? ""]
    expected["BindToDevice"] = [socket.bindToDevice.value ?? ""]
    expected["ReceiveBuffer"] = ["\(socket.receiveBuffer.value ?? 0)"]
    expected["SendBuffer"] = ["\(socket.sendBuffer.value ?? 0)"]
    expected["MaxConnections"] = ["\(socket.maxConnections.value ?? -1)"]
    expected["Triggers"] = socket.accept.value == true ? [] : [socket.service.value ?? ""]
    for setting in ["ExecStartPre", "ExecStopPost"] { expected[setting] = commands(unit, setting) }
  }

  private static func commands(_ unit: Unit, _ setting: String) -> [String] {
    unit.commands.filter { $0.setting == setting }.map { command in
      "path=\(command.program) ; argv[]=\(command.arguments.joined(separator: " ")) ;"
        + " ignore_errors=\(command.ignoresFailure ? "yes" : "no")"
    }
  }

  private static func listen(_ address: ListenAddress) -> String {
    let kind: String =
      switch address.kind {
      case .stream: "Stream"
      case .datagram: "Datagram"
      case .sequentialPacket: "SequentialPacket"
      case .fifo: "FIFO"
      case .special: "Special"
      case .netlink: "Netlink"
      case .messageQueue: "MessageQueue"
      case .usbFunction: "USBFunction"
      }
    return "\(listenText(address)) (\(kind))"
  }

  /// As socket_address_print() has it.
  static func listenText(_ address: ListenAddress) -> String {
    switch address.target {
    case .inet(let inet, let port, _, let scope):
      host(inet, address.text) + ":\(port)" + (scope.map { "%\($0)" } ?? "")
    // systemd escapes what it prints of a name.
    case .unix(let path):
      path.split(separator: "\\", omittingEmptySubsequences: false)
        .joined(separator: "\\\\")
    case .vsock(let context, let port): "vsock:\(context.map { "\($0)" } ?? ""):\(port)"
    case .other(let path): path
    }
  }

  private static func host(_ address: InetAddress, _ text: String) -> String {
    if !text.hasPrefix("[") && address.isIPv4 { return "\(address)" }
    return address.isIPv4 ? "[::ffff:\(address)]" : "[\(address)]"
  }

  private static func yes(_ reading: Reading<Bool>) -> String {
    reading.value.map { $0 ? "yes" : "no" } ?? "?"
  }

  private static func span(_ reading: Reading<Duration>) -> String {
    guard let duration = reading.value else { return "infinity" }
    let (seconds, attoseconds) = duration.components
    return "\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)"
  }

  private static func own(_ names: [String], _ tag: String) -> [String] {
    // Of real units: systemd adds others of its own.
    tag.isEmpty ? [] : names.filter { $0.contains(tag) && $0.hasSuffix(".target") }.sorted()
  }

  /// What systemd says, as the expectation is written.
  static func normalized(_ property: String, _ values: [String], tag: String) -> [String] {
    let value = values.first ?? ""
    switch property {
    case "Names": return words(value).sorted()
    case "After", "Conflicts": return own(words(value), tag)
    case "DropInPaths": return words(value).map(merged)
    case "Triggers": return words(value)
    case "FragmentPath": return [merged(value)]
    case "RestartUSec", "StartLimitIntervalUSec":
      switch TimeSpan(value) {
      case .microseconds(let count)?: return ["\(count)"]
      case .infinite?: return ["infinity"]
      case nil: return [value]
      }
    case "Listen": return values.filter { !$0.isEmpty }
    case let setting where setting.hasPrefix("Exec"):
      return values.filter { !$0.isEmpty }.map { value in
        let start = value.hasPrefix("{ ") ? value.dropFirst(2) : value[...]
        return start.firstRange(of: " ; start_time=").map { String(start[..<$0.lowerBound]) }
          ?? String(start)
      }
    default: return [value]
    }
  }

  /// systemctl quotes and escapes words that are not plain.
  private static func words(_ value: String) -> [String] {
    var split = UnitWords(value)
    var words: [String] = []
    while case .word(let word) = split.next(.command) { words.append(word) }
    return words
  }

  /// Debian 12 has its units by the name of /lib, which is a link.
  private static func merged(_ path: String) -> String {
    path.hasPrefix("/lib/") ? "/usr\(path)" : path
  }
}
