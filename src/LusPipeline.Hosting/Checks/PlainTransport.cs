using System.Net;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Buckets.S3;
using LusPipeline.Hosting.Broker;
using LusPipeline.Ledger.Databases;
using Npgsql;

namespace LusPipeline.Hosting.Checks;

/// <summary>Finds connections to other machines that are not encrypted, or whose server is not verified.</summary>
internal static class PlainTransport
{
    private const string Read = "whoever is on the way can read passwords and change what is sent";

    /// <returns>A sentence's end with the fix, or null if the connection stays on this machine or is encrypted and verified.</returns>
    public static string? Of(BrokerOptions options, string key) =>
        options.Uri.Scheme == "amqp" && !IsHere(options.Uri.IdnHost) ? $"not encrypted: {Read}. Write amqps:// in {key}" : null;

    /// <inheritdoc cref="Of(BrokerOptions, string)"/>
    public static string? Of(S3Options options) =>
        options.Endpoint is { } endpoint && endpoint.Scheme == Uri.UriSchemeHttp && !IsHere(endpoint.IdnHost)
            ? $"not encrypted: whoever is on the way can read and change videos. Write https:// in {S3Options.Section}:{nameof(S3Options.Endpoint)}"
            : null;

    /// <inheritdoc cref="Of(BrokerOptions, string)"/>
    public static string? Of(ArchiveOptions options) =>
        options.IsPlain ? $"not encrypted: {Read}. Write https:// in {ArchiveOptions.Section}:{nameof(ArchiveOptions.Url)}" : null;

    /// <inheritdoc cref="Of(BrokerOptions, string)"/>
    public static string? Of(DatabaseOptions options)
    {
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        var hosts = (connection.Host ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(WithoutPort);
        return connection.SslMode != SslMode.VerifyFull && hosts.Any(host => !IsHere(host))
            ? $"the server is not verified (SSL Mode={connection.SslMode}): {Read}. "
                + $"Write SSL Mode=VerifyFull in {DatabaseOptions.Section}:{nameof(DatabaseOptions.ConnectionString)}, and Root Certificate=FILE for an authority of your own"
            : null;
    }

    /// <summary>The outcome of a check that passed, with a warning if there is one.</summary>
    public static CheckOutcome Passed(string text, string? warning) =>
        warning is null ? CheckOutcome.Passed(text) : CheckOutcome.Warned($"{text}; {warning}");

    /// <summary>Whether a host is this machine: loopback, or the folder of a Unix socket.</summary>
    private static bool IsHere(string host) =>
        host.StartsWith('/') || host.StartsWith('@') || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static string WithoutPort(string host) =>
        !host.StartsWith('/') && host.LastIndexOf(':') is var colon and > 0 && host.IndexOf(':', StringComparison.Ordinal) == colon ? host[..colon] : host;
}
