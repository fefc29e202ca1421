internal import CEL

/// One of several sockets that share a port.
struct SocketMember: Sendable {
  var owners: PartialList<SocketOwner>

  /// How many of a port are looked at, and how many processes of each: anybody may make thousands.
  static let most = 32
  static let mostOwners = 8
}

extension SocketMember: FactObject {
  static let typeName = "SocketMember"
  static let documentation = "One of several sockets that listen on one port (SO_REUSEPORT)."

  static let fields: FactFields<SocketMember> = [
    .init(
      "owners", \.owners,
      "The processes that are seen to hold it, by the first 256 descriptors of each at least.")
  ]
}
