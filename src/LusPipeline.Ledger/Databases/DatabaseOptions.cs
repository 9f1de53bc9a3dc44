using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace LusPipeline.Ledger.Databases;

/// <summary>The PostgreSQL database that holds the workers' ledger.</summary>
public sealed record DatabaseOptions : IValidatableObject
{
    public const string Section = "Database";

    /// <summary>
    /// Connection in Npgsql's form: <c>Host=db1,db2;Database=lus;Username=lus_worker;Password=…</c>. With several hosts, workers go to the one
    /// that takes writes. TLS: <c>SSL Mode=VerifyFull;Root Certificate=FILE</c>.
    /// </summary>
    [Required]
    public string ConnectionString { get; init; } = null!;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Problem() is { } problem)
            yield return new(problem, [nameof(ConnectionString)]);
    }

    /// <summary>Says what is wrong without quoting any part of the value: a password that was not quoted can end up anywhere in it.</summary>
    private string? Problem()
    {
        try
        {
            return string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(ConnectionString).Host)
                ? "names no host. Give Host=…;Database=…;Username=…;Password=…."
                : null;
        }
        catch (Exception unread) when (unread is ArgumentException or FormatException or InvalidCastException)
        {
            return "cannot be read. Give Host=…;Database=…;Username=…;Password=…, and a value that has a ; or a quotation mark in it in double quotes.";
        }
    }
}
