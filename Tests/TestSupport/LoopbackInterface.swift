import CLinuxShims
import Glibc

/// `lo` of the calling thread's network namespace, set through rtnetlink(7).
enum LoopbackInterface {
  /// A new namespace has `lo`, always with index 1, and it is down.
  private static let index: UInt32 = 1

  static func bringUp() throws(SystemCallError) {
    // struct ifinfomsg: family, padding, type (16 bits), index, flags, mask of flags to change.
    var message: [UInt8] = [0, 0, 0, 0]
    message.append(native: index)
    message.append(native: UInt32(1))  // IFF_UP
    message.append(native: UInt32(1))
    try request(16, flags: 0, message, "set lo up")  // RTM_NEWLINK
  }

  /// Adds an address with a full-length prefix.
  static func add(_ address: String) throws(SystemCallError) {
    let endpoint = Endpoint(address, 0)
    let bytes = try endpoint.addressBytes()
    // struct ifaddrmsg: family, prefix length, flags (IFA_F_NODAD), scope, index.
    var message: [UInt8] = [UInt8(endpoint.family), UInt8(bytes.count * 8), 2, 0]
    message.append(native: index)
    for type in [UInt16(2), 1] {  // IFA_LOCAL, IFA_ADDRESS
      message.append(native: UInt16(4 + bytes.count))
      message.append(native: type)
      message += bytes
    }
    // RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL
    try request(20, flags: 0x600, message, "add address \(address)")
  }

  /// Sends one message and reads its acknowledgement.
  static func request(
    _ type: UInt16, flags: UInt16, _ payload: [UInt8], _ what: String
  ) throws(SystemCallError) {
    let descriptor = socket(AF_NETLINK, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    if descriptor < 0 { throw SystemCallError("netlink socket") }
    defer { close(descriptor) }
    var message: [UInt8] = []
    message.append(native: UInt32(16 + payload.count))
    message.append(native: type)
    message.append(native: flags | 0x5)  // NLM_F_REQUEST | NLM_F_ACK
    message.append(native: UInt32(1))  // sequence number
    message.append(native: UInt32(0))  // port: the kernel fills it in
    message += payload
    if unsafe send(descriptor, message, message.count, 0) != message.count {
      throw SystemCallError(what)
    }
    var reply = [UInt8](repeating: 0, count: 4096)
    let count = unsafe recv(descriptor, &reply, reply.count, 0)
    // struct nlmsghdr (16 bytes), then nlmsgerr, whose first word is 0 or -errno.
    if count < 20 { throw SystemCallError(what, code: EIO) }
    let status = unsafe reply.withUnsafeBytes {
      unsafe $0.loadUnaligned(fromByteOffset: 16, as: Int32.self)
    }
    if status != 0 { throw SystemCallError(what, code: -status) }
  }
}

extension [UInt8] {
  /// Appends in this machine's byte order.
  mutating func append<Integer: FixedWidthInteger & BitwiseCopyable>(
    native value: Integer
  ) {
    unsafe Swift.withUnsafeBytes(of: value) { unsafe append(contentsOf: $0) }
  }
}
