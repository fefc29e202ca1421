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
  /// Says of listeners on ports that bind() to port 0 avoids whether this is evidence that somebody
  /// configured them. It takes their owners.
  mutating func weighParity() {
    guard let low = portPool.lowParity.value else { return }
    var picked: [String: Set<Int>] = [:]
    var ofUnknown: Set<Int> = []
    var whyUnknown: Unreadable?
    for listener in listeners.elements
    where listener.inEphemeralRange.value == true && listener.port & 1 != low {
      switch listener.ownership.process {
      case .value(let name, _): picked[name, default: []].insert(listener.port)
      case .unavailable(let why):
        ofUnknown.insert(listener.port)
        whyUnknown = whyUnknown ?? why
      case .absent: break
      }
    }
    for index in listeners.elements.indices {
      let listener = listeners.elements[index]
      guard case .value(true, let origin) = listener.inEphemeralRange, listener.port & 1 == low
      else { continue }
      let weighed: Reading<Bool>
      switch listener.ownership.process {
      case .value(let name, let ofName):
        let ports = picked[name] ?? []
        let names = [name] + listener.ownership.owners.elements.compactMap(\.process.value)
        if ports.count >= PickedPorts.fewest
          || names.contains(where: PickedPorts.isContainerPortHelper)
        {
          weighed = .value(false, .derived([origin, ofName]))
        } else if let whyUnknown, ports.union(ofUnknown).count >= PickedPorts.fewest {
          // Those may be this program's.
          weighed = .unavailable(whyUnknown)
        } else {
          weighed = .value(true, .derived([origin, ofName]))
        }
      // The kernel's own: parity says what it says of anybody.
      case .absent: weighed = .value(true, .derived([origin]))
      case .unavailable(let why): weighed = .unavailable(why)
      }
      listeners.elements[index].likelyFixed = weighed
    }
  }
}
