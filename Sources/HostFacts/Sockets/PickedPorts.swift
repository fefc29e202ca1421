internal import CEL

/// Ports in the range that a program picked, though not by bind() to port 0, whose parity
/// therefore says nothing.
enum PickedPorts {
  /// Programs that listen on the host for a container. Docker gives out the ports of `-P` from the
  /// low end of the range upward, of either parity; the others of the list do the same work for
  /// Podman (rootlessport, conmon, slirp4netns, pasta), rootless Docker (rootlesskit) and virtual
  /// machines (passt, gvproxy). Names as `/proc/PID/comm` has them.
  static let containerPortHelpers = [
    "docker-proxy", "rootlessport", "rootlesskit", "slirp4netns", "pasta", "passt", "gvproxy",
    "conmon",
  ]

  /// From so many ports of the parity that nobody prefers on, a program is held to choose at
  /// random: passive FTP, port allocators.
  static let fewest = 3

  /// Also with what follows the name: `pasta.avx2`, `rootlessport-ch`.
  static func isContainerPortHelper(_ process: String) -> Bool {
    containerPortHelpers.contains { name in
      process == name || process.hasPrefix(name + ".") || process.hasPrefix(name + "-")
    }
  }
}

extension Sockets {
  /// Withdraws the weak evidence that a listener's port is configured where its owner says
  /// otherwise. Owners must be known by now; where one is not, the evidence is not either.
  mutating func weighParity() {
    var picked: [String: Set<Int>] = [:]
    var ofUnknown: Set<Int> = []
    var whyUnknown: Unreadable?
    for listener in listeners.elements
    where listener.inEphemeralRange.value == true && listener.likelyFixed.value == false {
      switch listener.ownership.process {
      case .value(let name, _): picked[name, default: []].insert(listener.port)
      case .unavailable(let why):
        ofUnknown.insert(listener.port)
        whyUnknown = whyUnknown ?? why
      case .absent: break
      }
    }
    for index in listeners.elements.indices
    where listeners.elements[index].likelyFixed.value == true {
      let ownership = listeners.elements[index].ownership
      switch ownership.process {
      case .value(let name, let origin):
        let ports = picked[name] ?? []
        let names = [name] + ownership.owners.elements.map(\.process)
        if ports.count >= PickedPorts.fewest
          || names.contains(where: PickedPorts.isContainerPortHelper)
        {
          listeners.elements[index].likelyFixed = .value(false, .derived([origin]))
        } else if let whyUnknown, ports.union(ofUnknown).count >= PickedPorts.fewest {
          // Those may be this program's.
          listeners.elements[index].likelyFixed = .unavailable(whyUnknown)
        }
      case .unavailable(let why): listeners.elements[index].likelyFixed = .unavailable(why)
      // The kernel's own: parity says what it says of anybody.
      case .absent: break
      }
    }
  }
}
