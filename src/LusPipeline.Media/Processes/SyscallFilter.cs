using System.Runtime.InteropServices;

namespace LusPipeline.Media.Processes;

/// <summary>
/// Makes seccomp filters: programs by which the kernel refuses system calls of a process and of all that it starts, with <c>EPERM</c>. See
/// <c>seccomp(2)</c>.
/// </summary>
internal static unsafe class SyscallFilter
{
    /// <summary>Operations and a flag of <c>seccomp(2)</c>. The flag keeps the processor's speculation as it is, which older kernels slow down.</summary>
    public const nint SetFilter = 1;
    public const nint AllowSpeculation = 4;
    private const nint IsActionOffered = 2;

    /// <summary>Actions of a filter.</summary>
    private const uint Allow = 0x7fff0000;
    private const uint Refuse = 0x00050000 | NotPermitted;
    private const uint KillProcess = 0x80000000;
    private const uint NotPermitted = 1;

    /// <summary>Instructions of the kernel's filter language (classic BPF).</summary>
    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort Return = 0x06;

    /// <summary>Offsets in <c>struct seccomp_data</c>.</summary>
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint FirstArgumentOffset = 16;

    /// <summary>Calls of the 32-bit interface of x64 (x32) have this bit; all of them are refused.</summary>
    private const uint X32 = 0x40000000;

    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static uint ArchitectureToken => IsX64 ? 0xC000003E : 0xC00000B7;

    /// <summary>The number of <c>seccomp(2)</c>.</summary>
    public static nint Number => IsX64 ? 317 : 277;

    /// <summary>The number of <c>prctl(2)</c>.</summary>
    public static nint ControlNumber => IsX64 ? 157 : 167;

    /// <summary>Whether this kernel has seccomp filters, and this program knows the architecture's numbers.</summary>
    public static bool IsOffered { get; } =
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64 && Offers(Refuse & 0xffff0000);

    /// <summary>The calls that no decoder and no model needs, as (x64, arm64); -1 for a call that an architecture does not have.</summary>
    private static readonly (int X64, int Arm64)[] Refused =
    [
        (41, 198), (53, 199), // socket, socketpair
        (101, 117), (310, 270), (311, 271), (312, 272), (438, 438), (424, 424), // ptrace, process_vm_readv and _writev, kcmp, pidfd_getfd, pidfd_send_signal
        (112, 157), // setsid; setpgid is needed to start the child in its group
        (425, 425), (426, 426), (427, 427), // io_uring_setup, _enter, _register
        (321, 280), (298, 241), (323, 282), // bpf, perf_event_open, userfaultfd
        (248, 217), (249, 218), (250, 219), // add_key, request_key, keyctl
        (165, 40), (166, 39), (155, 41), (161, 51), (272, 97), (308, 268), // mount, umount2, pivot_root, chroot, unshare, setns
        (428, 428), (429, 429), (430, 430), (431, 431), (432, 432), (433, 433), (442, 442), // open_tree, move_mount, fsopen … fspick, mount_setattr
        (303, 264), (304, 265), // name_to_handle_at, open_by_handle_at
        (175, 105), (313, 273), (176, 106), (246, 104), (320, 294), (169, 142), // init_module, finit_module, delete_module, kexec_load, kexec_file_load, reboot
        (163, 89), (173, -1), (172, -1), (179, 60), (103, 116), // acct, ioperm, iopl, quotactl, syslog
        (164, 170), (227, 112), (159, 171), (305, 266), (170, 161), (171, 162), // settimeofday, clock_settime, adjtimex, clock_adjtime, sethostname, setdomainname
        (29, 194), (68, 186), (64, 190), (240, 180), // shmget, msgget, semget, mq_open
    ];

    /// <summary>Changes of a file's owner, mode, times and attributes. Landlock does not cover them. A child that writes nothing needs none.</summary>
    private static readonly (int X64, int Arm64)[] OfAttributes =
    [
        (90, -1), (91, 52), (268, 53), (452, 452), // chmod, fchmod, fchmodat, fchmodat2
        (92, -1), (94, -1), (93, 55), (260, 54), // chown, lchown, fchown, fchownat
        (132, -1), (235, -1), (261, -1), (280, 88), // utime, utimes, futimesat, utimensat
        (188, 5), (189, 6), (190, 7), (197, 14), (198, 15), (199, 16), (463, 463), (466, 466), // setxattr … fremovexattr, setxattrat, removexattrat
        (76, 45), // truncate
    ];

    /// <summary>Signals: kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo. Without them <c>abort</c> ends a process by a forbidden instruction.</summary>
    private static readonly (int X64, int Arm64)[] OfSignals = [(62, 129), (200, 130), (234, 131), (129, 138), (297, 240)];

    /// <summary>Processor time and memory of other processes.</summary>
    private static readonly (int X64, int Arm64)[] OfShares =
    [
        (141, 140), (251, 30), // setpriority, ioprio_set
        (142, 118), (144, 119), (203, 122), (314, 274), // sched_setparam, sched_setscheduler, sched_setaffinity, sched_setattr
        (256, 238), (279, 239), // migrate_pages, move_pages
    ];

    /// <summary>New threads and processes: clone, clone3, fork, vfork.</summary>
    private static readonly (int X64, int Arm64)[] OfThreads = [(56, 220), (435, 435), (57, -1), (58, -1)];

    /// <summary><c>prlimit64</c>. A child that only reads may call it for itself; others limit the children that they start.</summary>
    private static readonly (int X64, int Arm64) Limits = (302, 261);

    /// <summary>Refuses new threads and processes.</summary>
    public static readonly ulong[] NoThreads = Program(OfThreads);

    /// <summary>The filter of a child.</summary>
    public static ulong[] For(ChildSandbox sandbox)
    {
        var isReading = sandbox.Writable.Count == 0;
        return Program([.. Refused, .. isReading ? OfAttributes : [], .. sandbox.MaySignal ? [] : OfSignals.Concat(OfShares)], ownLimitsOnly: isReading);
    }

    private static ulong[] Program((int X64, int Arm64)[] refused, bool ownLimitsOnly = false)
    {
        var numbers = refused.Select(NumberOf).Where(number => number >= 0).ToList();
        // From the end: the refusal, the permission before it, and the question about prlimit's process before that.
        var left = numbers.Count;
        var behind = ownLimitsOnly ? 4 : 1;
        var program = new List<ulong>
        {
            Instruction(Load, ArchitectureOffset),
            Instruction(JumpIfEqual, ArchitectureToken, then: 1),
            Instruction(Return, KillProcess),
            Instruction(Load, NumberOffset),
            Instruction(JumpIfAtLeast, X32, then: left + behind),
        };
        foreach (var number in numbers)
            program.Add(Instruction(JumpIfEqual, (uint)number, then: --left + behind));
        if (ownLimitsOnly)
        {
            program.Add(Instruction(JumpIfEqual, (uint)NumberOf(Limits), otherwise: 2));
            program.Add(Instruction(Load, FirstArgumentOffset));
            program.Add(Instruction(JumpIfEqual, 0, otherwise: 1));
        }
        program.Add(Instruction(Return, Allow));
        program.Add(Instruction(Return, Refuse));
        return [.. program];
    }

    private static int NumberOf((int X64, int Arm64) call) => IsX64 ? call.X64 : call.Arm64;

    /// <summary><c>struct sock_filter</c> as one number: code, two jumps over so many instructions, and a constant.</summary>
    private static ulong Instruction(ushort code, uint constant, int then = 0, int otherwise = 0) =>
        code | ((ulong)checked((byte)then) << 16) | ((ulong)checked((byte)otherwise) << 24) | ((ulong)constant << 32);

    private static bool Offers(uint action) => SystemCalls.Call(Number, IsActionOffered, 0, (nint)(&action)) == 0;
}
