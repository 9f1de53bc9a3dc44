using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;

namespace LusPipeline.Hosting.Settings;

/// <summary>The pages of <c>lus serve</c>. They only show; nothing can be changed there.</summary>
public sealed record WebOptions : IValidatableObject
{
    public const string Section = "Web";

    private const int LeastTokenLetters = 24;

    /// <summary>From 0 to below 50.</summary>
    private const string Percentage = "[0-4]?[0-9]([.][0-9]+)?%?";

    /// <summary>
    /// Address and port to listen at. Only this machine reaches the default. Another address needs <see cref="Token"/> or
    /// <see cref="IdentityHeader"/>. <c>https://</c> needs <see cref="CertificateFile"/>.
    /// </summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:8090");

    /// <summary>
    /// Whether names of studies and videos are shown, which may be a patient's. Without it they are shown from the ledger of a home folder, which is one
    /// user's, and ids instead of them from a database.
    /// </summary>
    public bool? Names { get; init; }

    /// <summary>
    /// Whether frames of videos are shown, and why a model said what it said. Ultrasound machines may burn names into frames. Without it they are shown from the
    /// ledger of a home folder, and not from a database.
    /// </summary>
    public bool? Frames { get; init; }

    /// <summary>
    /// A border of the frames that is black in the pictures, where names may stand, for example <c>10% 0 0 5%</c>. It changes nothing of what a model
    /// computes.
    /// </summary>
    [RegularExpression($"^({Percentage}([ ,]+{Percentage}){{3}}|{Percentage})?$", ErrorMessage = "is one percentage for all sides, or four for top, right, bottom and left, each from 0 to below 50.")]
    public string? Mask { get; init; }

    /// <summary>
    /// Who asks must give this as the password of HTTP's basic authentication, with any user name, or as a bearer token. At least 24 letters. Give it by a
    /// file: <c>LUS__Web__Token__File</c>.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>
    /// Name of the header in which a proxy says who is logged in there, for example <c>X-Forwarded-User</c>. A request without it is refused, and so is one
    /// that does not come from <see cref="Proxies"/>.
    /// </summary>
    [RegularExpression("^[A-Za-z0-9-]+$", ErrorMessage = "must be the name of a header: letters, digits and -.")]
    public string? IdentityHeader { get; init; }

    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) of the proxies whose <see cref="IdentityHeader"/> is believed. Without one, only this machine's own.</summary>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    /// <summary>
    /// Host names by which browsers may call the pages, besides <c>localhost</c> and addresses. Others are refused, so that a foreign page cannot reach the
    /// pages by a name of its own that leads here.
    /// </summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>PEM file of the certificate, with those that it hangs on, for <c>https://</c>.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of the certificate's private key. Without it, the key stands in <see cref="CertificateFile"/>.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>Requests that are worked on at a time. As many again wait; others are told to come back.</summary>
    [Range(1, 10_000)]
    public int Requests { get; init; } = 100;

    /// <summary>The address to listen at; null for <c>localhost</c>, which is several.</summary>
    public IPAddress? Address => IPAddress.TryParse(Url.IdnHost, out var address) ? address : null;

    /// <summary>Whether only this machine can reach the pages.</summary>
    public bool IsLocal => Address is not { } address || IPAddress.IsLoopback(address);

    public bool IsEncrypted => Url.Scheme == Uri.UriSchemeHttps;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url.Scheme is not ("http" or "https") || Url.PathAndQuery != "/" || (Address is null && Url.IdnHost != "localhost"))
            yield return new("is not an address to listen on. Give http:// or https://, an address of this machine (0.0.0.0 for all) and a port: http://127.0.0.1:8090.", [nameof(Url)]);
        else if (!IsLocal && string.IsNullOrEmpty(Token) && string.IsNullOrEmpty(IdentityHeader))
            yield return new($"is reached from other machines. Set {Section}:{nameof(Token)} (by {SettingsSection.VariableOf($"{Section}:{nameof(Token)}")}__File), or {Section}:{nameof(IdentityHeader)} behind a proxy that asks people who they are.", [nameof(Url)]);
        if (Token is { Length: > 0 and < LeastTokenLetters })
            yield return new($"has fewer than {LeastTokenLetters} letters. Make one: openssl rand -hex 24.", [nameof(Token)]);
        if (IsEncrypted && string.IsNullOrEmpty(CertificateFile))
            yield return new($"is needed for an address that begins with https://. Name a PEM file.", [nameof(CertificateFile)]);
        foreach (var proxy in Proxies.Where(proxy => !IsNetwork(proxy)))
            yield return new($"'{proxy}' is neither an address nor a network. Give one such as 10.1.2.3 or 10.0.0.0/8.", [nameof(Proxies)]);
        foreach (var host in Hosts.Where(host => Uri.CheckHostName(host) != UriHostNameType.Dns))
            yield return new($"'{host}' is no host name. Give a name without scheme and port, such as lus.example.org.", [nameof(Hosts)]);
    }

    /// <summary>The networks of <see cref="Proxies"/>.</summary>
    public IReadOnlyList<IPNetwork> ProxyNetworks() => [.. Proxies.Select(Network)];

    private static bool IsNetwork(string text) => IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out _);

    private static IPNetwork Network(string text) => IPAddress.TryParse(text, out var address)
        ? new(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
        : IPNetwork.Parse(text);
}
