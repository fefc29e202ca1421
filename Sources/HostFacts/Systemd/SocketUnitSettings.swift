internal import CEL

extension UnitSettings {
  /// `[Socket]`: what rules ask for, and what decides whether systemd loads the unit.
  mutating func applyToSocket(_ assignment: UnitAssignment) -> Outcome {
    if let kind = Self.listenKinds[assignment.name] { return addListen(assignment, kind) }
    switch assignment.name {
    case "Accept", "ReusePort", "FreeBind", "Transparent", "PrivateNetwork":
      return setBoolean(assignment)
    case "DynamicUser": return setBoolean(assignment, fatal: true)
    case "Backlog", "MaxConnections": return setNumber(assignment)
    case "ReceiveBuffer", "SendBuffer": return setSize(assignment)
    case "BindIPv6Only": return setBindIPv6Only(assignment)
    case "BindToDevice": return setDevice(assignment)
    case "Service": return setService(assignment)
    case "NetworkNamespacePath": return setPath(assignment)
    case "RootDirectory", "RootImage", "RootVerity": return setPath(assignment, fatal: true)
    case "Symlinks": return addSymlinks(assignment)
    case "LimitNOFILE": return setOpenFiles(assignment)
    case "ExecStartPre", "ExecStartPost", "ExecStopPre", "ExecStopPost":
      return addCommands(assignment)
    default: return .passedOver
    }
  }

  private static let listenKinds: [String: ListenAddress.Kind] = [
    "ListenStream": .stream, "ListenDatagram": .datagram,
    "ListenSequentialPacket": .sequentialPacket, "ListenFIFO": .fifo, "ListenSpecial": .special,
    "ListenNetlink": .netlink, "ListenMessageQueue": .messageQueue,
    "ListenUSBFunction": .usbFunction,
  ]

  /// Any empty one takes back all, of every kind.
  private mutating func addListen(
    _ assignment: UnitAssignment, _ kind: ListenAddress.Kind
  ) -> Outcome {
    if assignment.value.isEmpty {
      listen = []
      return .applied
    }
    guard let value = specifiers.expand(assignment.value, in: .path) else {
      return .invalid("an unknown specifier in '\(assignment.value)'")
    }
    let address = ListenAddress(
      value, kind: kind, text: assignment.value, location: assignment.location)
    guard let address else {
      // Only an instance has what a template leaves open.
      if specifiers.name.isTemplate && assignment.value.contains("%") { return .passedOver }
      return .invalid("'\(value)' is no address that \(assignment.name)= takes")
    }
    listen.append(address)
    return .applied
  }

  private mutating func setBindIPv6Only(_ assignment: UnitAssignment) -> Outcome {
    let value: String
    switch UnitValue.boolean(assignment.value) {
    case true?: value = "ipv6-only"
    case false?: value = "both"
    case nil:
      value = assignment.value
      guard ["default", "both", "ipv6-only"].contains(value) else {
        return .invalid("'\(value)' is none of 'default', 'both', 'ipv6-only'")
      }
    }
    words[assignment.name] = Located(value: value, location: assignment.location)
    return .applied
  }

  /// Empty or `*` takes it back.
  private mutating func setDevice(_ assignment: UnitAssignment) -> Outcome {
    if assignment.value.isEmpty || assignment.value == "*" {
      words[assignment.name] = nil
      return .applied
    }
    // IFNAMSIZ, with the NUL at the end.
    guard ListenAddress.isInterface(assignment.value, longest: 15, numbers: false) else {
      return .invalid("'\(assignment.value)' is no name of an interface")
    }
    words[assignment.name] = Located(value: assignment.value, location: assignment.location)
    return .applied
  }

  private mutating func setService(_ assignment: UnitAssignment) -> Outcome {
    guard let name = specifiers.expand(assignment.value, in: .name), let unit = UnitName(name),
      unit.type == "service", !unit.isTemplate
    else { return .invalid("'\(assignment.value)' is no name of a service") }
    words[assignment.name] = Located(value: name, location: assignment.location)
    return .applied
  }

  private mutating func addSymlinks(_ assignment: UnitAssignment) -> Outcome {
    if assignment.value.isEmpty {
      symlinks = []
      return .applied
    }
    var split = UnitWords(assignment.value)
    while true {
      switch split.next(.unquote) {
      case .end: return .applied
      case .invalid: return .invalid("a quote is not closed")
      case .word(let word):
        guard let value = specifiers.expand(word, in: .path),
          let path = UnitPath.simplified(value), UnitPath.isNormalized(path)
        else { return .invalid("'\(word)' is no absolute path") }
        symlinks.append(path)
      }
    }
  }

  /// A socket whose directory systemd cannot wait for to be mounted, unit_require_mounts_for().
  var unreachableListenPath: ListenAddress? {
    listen.first { address in
      guard case .unix(let path) = address.target, path.hasPrefix("/") else { return false }
      return !UnitPath.isNormalized(path)
    }
  }

  /// Why systemd would not start the socket, socket_verify(); nil where it would.
  var socketProblem: String? {
    if listen.isEmpty { return "no Listen…= setting is valid" }
    if booleans["Accept"]?.value == true {
      if listen.contains(where: { !$0.canAccept }) {
        return "Accept=yes, and one of the sockets takes no connections"
      }
      if numbers["MaxConnections"]?.value == 0 { return "Accept=yes with MaxConnections=0" }
      if words["Service"] != nil { return "Accept=yes does not go with Service=" }
    }
    if !symlinks.isEmpty && listen.count(where: \.isFileSystemNode) != 1 {
      return "Symlinks= wants exactly one socket or FIFO in the file system"
    }
    return nil
  }
}

extension ListenAddress {
  /// Whether connections come in on it one by one.
  fileprivate var canAccept: Bool { kind == .stream || kind == .sequentialPacket }

  fileprivate var isFileSystemNode: Bool {
    if kind == .fifo { return true }
    if case .unix(let path) = target { return path.hasPrefix("/") }
    return false
  }
}

extension SocketUnit {
  init(_ settings: UnitSettings, name: UnitName) {
    listen = settings.listen
    accept = settings.boolean("Accept", false)
    backlog = settings.number("Backlog", Int(Int32.max))
    reusePort = settings.boolean("ReusePort", false)
    freeBind = settings.boolean("FreeBind", false)
    transparent = settings.boolean("Transparent", false)
    bindIPv6Only = settings.word("BindIPv6Only", "default")
    bindToDevice = settings.optionalWord("BindToDevice")
    receiveBuffer = settings.optionalNumber("ReceiveBuffer")
    sendBuffer = settings.optionalNumber("SendBuffer")
    maxConnections = settings.number("MaxConnections", 64)
    privateNetwork = settings.boolean("PrivateNetwork", false)
    networkNamespacePath = settings.optionalWord("NetworkNamespacePath")
    let stem = String(name.text.dropLast(name.type.count + 1))
    service =
      accept.value == true
      // Instances are `foo@1-192.0.2.1:80-192.0.2.2:34567.service`.
      ? accept.map { _ in "\(name.prefix)@.service" } : settings.word("Service", "\(stem).service")
  }
}
