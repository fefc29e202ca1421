import Glibc

/// Devices of a scratch namespace beside `lo`, set through rtnetlink(7).
extension ScratchNamespace {
  /// Another name for a device, as `ip link property add dev NAME altname OTHER` gives it.
  public func addAlternativeName(_ other: String, to name: String) throws(SystemCallError) {
    // RTM_NEWLINKPROP; IFLA_PROP_LIST, nested, with IFLA_ALT_IFNAME.
    let list = Self.attribute(52 | 0x8000, Self.attribute(53, Array(other.utf8) + [0]))
    try LoopbackInterface.request(
      108, flags: 0x600, Self.link() + Self.attribute(3, Array(name.utf8) + [0]) + list,
      "add name \(other)")
  }

  /// A device of a kind that needs no settings, such as `bridge`, or of one with settings; it is up.
  public func addDevice(
    _ name: String, kind: String, data: [UInt8] = [], master: String? = nil
  ) throws(SystemCallError) {
    // IFLA_LINKINFO with IFLA_INFO_KIND and IFLA_INFO_DATA.
    var information = Self.attribute(1, Array(kind.utf8))
    if !data.isEmpty { information += Self.attribute(2 | 0x8000, data) }
    var message = Self.link() + Self.attribute(3, Array(name.utf8) + [0])
    if let master {
      var index: [UInt8] = []
      index.append(native: unsafe if_nametoindex(master))
      message += Self.attribute(10, index)
    }
    message += Self.attribute(18 | 0x8000, information)
    // RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL
    try LoopbackInterface.request(16, flags: 0x600, message, "add device \(name)")
  }

  /// A VXLAN device, which has a socket of the kernel's own.
  public func addVXLAN(_ name: String, port: Int) throws(SystemCallError) {
    var identifier: [UInt8] = []
    identifier.append(native: UInt32(42))
    let number = [UInt8(port >> 8), UInt8(port & 0xff)]
    // IFLA_VXLAN_ID, IFLA_VXLAN_PORT
    try addDevice(
      name, kind: "vxlan", data: Self.attribute(1, identifier) + Self.attribute(15, number))
  }

  /// `struct ifinfomsg` of no index that sets the device up.
  private static func link() -> [UInt8] {
    var message: [UInt8] = [0, 0, 0, 0]
    for word in [UInt32(0), 1, 1] { message.append(native: word) }
    return message
  }

  private static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(native: UInt16(4 + value.count))
    bytes.append(native: type)
    bytes += value
    return bytes + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
  }
}
