using System.Net;
using System.Security.Cryptography;
using System.Text;
using LusPipeline.Hosting.Settings;
using Microsoft.AspNetCore.Http;

namespace LusPipeline.Web.Safety;

/// <summary>What becomes of a request.</summary>
internal enum Access
{
    Given,

    /// <summary>Who asks has not said who it is, or has no right token.</summary>
    Unknown,

    /// <summary>The header of a proxy came from elsewhere.</summary>
    NotFromProxy,
}

/// <summary>Decides who may see the pages: everybody who reaches them, who has the token, or whom a proxy knows.</summary>
internal sealed class AccessRule
{
    private readonly byte[]? _token;
    private readonly string? _header;
    private readonly IReadOnlyList<IPNetwork> _proxies;

    public AccessRule(WebOptions options)
    {
        _token = string.IsNullOrEmpty(options.Token) ? null : Hash(options.Token);
        _header = string.IsNullOrEmpty(options.IdentityHeader) ? null : options.IdentityHeader;
        _proxies = options.ProxyNetworks();
    }

    /// <summary>Whether somebody with a browser is to be asked for the token.</summary>
    public bool HasToken => _token is not null;

    /// <summary>Whether everybody who reaches the pages may see them.</summary>
    public bool IsOpen => _token is null && _header is null;

    public Access Check(HttpContext context)
    {
        if (IsOpen || (_token is not null && HasRightToken(context.Request)))
            return Access.Given;
        if (_header is null || string.IsNullOrWhiteSpace(context.Request.Headers[_header]))
            return Access.Unknown;
        return IsProxy(context.Connection.RemoteIpAddress) ? Access.Given : Access.NotFromProxy;
    }

    /// <summary>Compares hashes, so that the time says nothing of the token.</summary>
    private bool HasRightToken(HttpRequest request) =>
        GivenToken(request.Headers.Authorization.ToString()) is { } given && CryptographicOperations.FixedTimeEquals(Hash(given), _token);

    private static string? GivenToken(string header)
    {
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return header["Bearer ".Length..].Trim();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var length))
            return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    private bool IsProxy(IPAddress? address)
    {
        if (address is null)
            return false;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return _proxies.Count == 0 ? IPAddress.IsLoopback(address) : _proxies.Any(network => network.Contains(address));
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
