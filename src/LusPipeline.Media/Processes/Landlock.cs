using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Media.Processes;

/// <summary>
/// Makes rulesets of Landlock: which files a process may still open. A process without any privilege can restrict itself by one; see
/// <see href="https://docs.kernel.org/userspace-api/landlock.html"/>.
/// </summary>
internal static unsafe class Landlock
{
    /// <summary>System calls; the numbers are the same on all architectures.</summary>
    private const nint CreateRuleset = 444;
    private const nint AddRule = 445;
    public const nint RestrictSelf = 446;

    private const nint AskVersion = 1;
    private const nint PathBeneath = 1;

    /// <summary>Access rights to files of <c>linux/landlock.h</c>.</summary>
    private const ulong Execute = 1 << 0;
    private const ulong WriteFile = 1 << 1;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadFolder = 1 << 3;
    private const ulong Truncate = 1 << 14;
    private const ulong DeviceControl = 1 << 15;
    private const ulong OfFiles = Execute | WriteFile | ReadFile | Truncate | DeviceControl;

    /// <summary>Scopes: abstract sockets and signals stay within the sandbox.</summary>
    private const ulong AllScopes = 3;

    /// <summary>Connecting and binding by TCP.</summary>
    private const ulong AllOfNetwork = 3;

    /// <summary>Programs and libraries of distributions. They hold nothing of a user's.</summary>
    private static readonly string[] SystemFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/nix/store", "/gnu/store"];

    private static readonly string[] SystemFiles =
        ["/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime", "/dev/zero", "/dev/random", "/dev/urandom"];

    private const string Nothing = "/dev/null";

    /// <summary>The version of the kernel's interface; 0 without Landlock.</summary>
    public static int Version { get; } = (int)Math.Max(0, SystemCalls.Call(CreateRuleset, 0, 0, AskVersion));

    /// <summary>Every right to files that this kernel knows.</summary>
    private static ulong AllOfFiles { get; } = (1UL << Version switch
    {
        0 or 1 => 13,
        2 => 14,
        3 or 4 => 15,
        _ => 16,
    }) - 1;

    /// <summary>Makes the ruleset of a child.</summary>
    /// <param name="program">The child's program: an absolute path.</param>
    /// <param name="inherited">An open file that the child may open again.</param>
    /// <exception cref="InvalidOperationException">The kernel refuses a rule.</exception>
    public static SafeFileHandle RulesetFor(string program, SafeFileHandle? inherited, ChildSandbox sandbox)
    {
        Span<ulong> handled = [AllOfFiles, AllOfNetwork, AllScopes];
        var size = Version switch { < 4 => 8, < 6 => 16, _ => 24 };
        nint made;
        fixed (ulong* attributes = handled)
            made = SystemCalls.Call(CreateRuleset, (nint)attributes, size, 0);
        var ruleset = made >= 0 ? new SafeFileHandle(made, ownsHandle: true) : throw Refused("/");
        foreach (var path in SystemFolders.Concat(LibraryFolders(program)).Append(program))
            Allow(ruleset, path, Execute | ReadFile | ReadFolder);
        foreach (var path in SystemFiles)
            Allow(ruleset, path, ReadFile);
        Allow(ruleset, Nothing, ReadFile | WriteFile);
        if (inherited is not null)
            Allow(ruleset, $"/proc/self/fd/{inherited.DangerousGetHandle()}", ReadFile);
        foreach (var path in sandbox.Readable)
            Allow(ruleset, path, ReadFile | ReadFolder);
        foreach (var path in sandbox.Writable)
            Allow(ruleset, path, AllOfFiles & ~Execute);
        return ruleset;
    }

    /// <summary>Folders of libraries outside the system's: those of <c>LD_LIBRARY_PATH</c>, and the sibling of a folder of programs.</summary>
    private static IEnumerable<string> LibraryFolders(string program)
    {
        var named = (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified);
        var real = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        var folder = Path.GetDirectoryName(real)!;
        return Path.GetFileName(folder) == "bin" && Path.GetDirectoryName(folder) is { } root
            ? named.Append(Path.Combine(root, "lib")).Append(Path.Combine(root, "lib64"))
            : named;
    }

    private static void Allow(SafeFileHandle ruleset, string path, ulong access)
    {
        const int PathOnly = 0x200000;
        const int CloseOnExec = 0x80000;
        using var target = new SafeFileHandle(SystemCalls.Open(path, PathOnly | CloseOnExec), ownsHandle: true);
        if (target.IsInvalid)
            return;
        var rule = new Rule
        {
            Access = access & AllOfFiles & (Directory.Exists(path) ? ulong.MaxValue : OfFiles),
            Parent = (int)target.DangerousGetHandle(),
        };
        if (SystemCalls.Call(AddRule, ruleset.DangerousGetHandle(), PathBeneath, (nint)(&rule), 0) != 0)
            throw Refused(path);
    }

    private static InvalidOperationException Refused(string path) =>
        new($"A child process cannot be kept from other files (rule for {path}, error {Marshal.GetLastPInvokeError()}).");

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Rule
    {
        public ulong Access;
        public int Parent;
    }
}
