using System.Net;
using Microsoft.AspNetCore.Http;

namespace LusPipeline.Web.Safety;

/// <summary>
/// Decides by which names the pages may be called. A foreign page can make its own host name lead to this machine and then read what is served here as its
/// own (DNS rebinding). That needs a name, so addresses and <c>localhost</c> are always right, and other names stand in the settings.
/// </summary>
internal sealed class HostRule(IEnumerable<string> names)
{
    private readonly HashSet<string> _names = names.Append("localhost").ToHashSet(StringComparer.OrdinalIgnoreCase);

    public bool Allows(HostString host)
    {
        var name = host.Host.TrimEnd('.');
        return _names.Contains(name) || IPAddress.TryParse(name.Trim('[', ']'), out _);
    }
}
