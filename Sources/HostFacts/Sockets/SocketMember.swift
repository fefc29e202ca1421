internal import CEL

/// One of several sockets that share a port.
struct SocketMember: Sendable {
  var owners: PartialList<SocketOwner>

  /// How many of a port are looked at, and how many processes of each: anybody may make thousands.
  static let most = 32
  static let mostOwners = 8

  /// Those that were looked at, of all sockets with these inodes.
  static func list(_ members: [SocketMember], of inodes: [UInt64]) -> PartialList<SocketMember> {
    PartialList(
      members,
      rest: inodes.count > members.count
        ? .init("\(inodes.count) sockets share the port, and \(members.count) were looked at") : nil
    )
  }
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
