using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LusPipeline.Web.Safety;

/// <summary>
/// Finds the user at the other end of a connection within this machine, by the kernel's list of sockets
/// (https://docs.kernel.org/networking/proc_net_tcp.html). A port of loopback is open to every user of the machine, and the ledger of a home folder is not.
/// </summary>
internal static class LoopbackPeer
{
    private static readonly Lazy<uint> Own = new(EffectiveUser);

    /// <summary>Whether the connection's other end is a process of this user or of root's. Also true where the kernel's list is not readable.</summary>
    public static bool IsOwn(IPEndPoint? remote, IPEndPoint? local)
    {
        if (remote is null || local is null || UserOf(remote, local) is not { } user)
            return true;
        return user == 0 || user == Own.Value;
    }

    /// <param name="remote">The other end.</param>
    /// <param name="local">This end.</param>
    /// <returns>The id of the user whose socket the other end is; null if the kernel does not tell.</returns>
    internal static uint? UserOf(IPEndPoint remote, IPEndPoint local)
    {
        var (from, to) = (Hex(remote), Hex(local));
        try
        {
            // Fields: number, local address, remote address, state, queues, timer, retransmissions, user …
            foreach (var line in File.ReadLines(remote.AddressFamily == AddressFamily.InterNetwork ? "/proc/net/tcp" : "/proc/net/tcp6").Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 7 && fields[1] == from && fields[2] == to)
                    return uint.Parse(fields[7], CultureInfo.InvariantCulture);
            }
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
        }
        return null;
    }

    /// <summary>An address as the kernel writes it: words of four bytes in the machine's order, and the port.</summary>
    private static string Hex(IPEndPoint end)
    {
        var bytes = end.Address.GetAddressBytes();
        var words = Enumerable.Range(0, bytes.Length / 4).Select(index => BitConverter.ToUInt32(bytes, index * 4).ToString("X8", CultureInfo.InvariantCulture));
        return string.Create(CultureInfo.InvariantCulture, $"{string.Concat(words)}:{end.Port:X4}");
    }

    /// <summary>The second number behind "Uid:" (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html).</summary>
    private static uint EffectiveUser()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        return uint.Parse(line.Split('\t', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture);
    }
}
