#requires -Version 5.1
<#
.SYNOPSIS
    Connects Exchange on your own machines (2016, 2019, SE) to Signpost, step by step. Every step may be repeated.
.DESCRIPTION
    prepare   makes or mends a Send connector (switched off) and the rule that marks mail with the secret. No mail takes another way.
    enable    switches the Send connector on and sets the others for all domains (*) behind it.
    disable   THE EMERGENCY SWITCH: switches the Send connector off; the next best one takes over at once. Undo: enable.
    readback  prints what is set, as JSON.
    remove    undoes prepare.
    Run it in the Exchange Management Shell. Mail to people inside never leaves Exchange and gets no signature this way.
    What leaves Signpost must not come back to this Exchange: Exchange cannot choose a connector by a header, so it would go round.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [ValidateSet('prepare', 'enable', 'disable', 'readback', 'remove')]
    [string]$Step,

    # The servers that may send to Signpost. Without it: all Mailbox servers.
    [string[]]$Servers = @()
)

Set-StrictMode -Version 1.0
$ErrorActionPreference = 'Stop'

$Tenant = @@TENANT@@
$ConnectorName = @@CONNECTOR@@
$RuleName = @@RULE@@
$SmartHost = @@HOST@@
$Port = @@PORT@@
$TlsLevel = @@TLS@@
$SizeMax = @@SIZE_MAX@@
$SecretHeader = @@SECRET_HEADER@@

function Write-Fact([string]$Text) {
    Write-Host "$($Tenant): $Text"
}

function Get-One([object[]]$All, [string]$Name) {
    $found = @($All | Where-Object { $_.Name -eq $Name })
    if ($found.Count -gt 0) { return $found[0] }
    return $null
}

function Get-Connector { return Get-One @(Get-SendConnector) $ConnectorName }
function Get-Rule { return Get-One @(Get-TransportRule) $RuleName }

# Other connectors that take mail for every domain: they are the way out while ours is off.
function Get-Other {
    return @(Get-SendConnector | Where-Object {
            $_.Name -ne $ConnectorName -and @($_.AddressSpaces | Where-Object { "$_" -match '^(SMTP:)?\*;' }).Count -gt 0
        })
}

function Get-Secret($Rule) {
    $known = @@SECRET@@
    if ($known -ne '') { return $known }
    $kept = ''
    if ($null -ne $Rule) { $kept = "$($Rule.SetHeaderValue)" }
    $typed = Read-Host -Prompt "The value of $SecretHeader for $Tenant (empty keeps the one that is set)" -AsSecureString
    $value = [System.Net.NetworkCredential]::new('', $typed).Password
    if ($value -eq '') { $value = $kept }
    if ($value -eq '') { throw "Without the value of $SecretHeader Signpost does not take this organisation's mail." }
    return $value
}

function Invoke-Prepare {
    $values = @{
        AddressSpaces           = 'SMTP:*;1'
        DNSRoutingEnabled       = $false
        SmartHosts              = $SmartHost
        Port                    = $Port
        SmartHostAuthMechanism  = 'None'
        RequireTLS              = $true
        TlsAuthLevel            = $TlsLevel
        MaxMessageSize          = $SizeMax
    }
    if ($TlsLevel -eq 'DomainValidation') { $values['TlsDomain'] = $SmartHost }
    $sending = $Servers
    if ($sending.Count -eq 0) { $sending = @(Get-MailboxServer | ForEach-Object { $_.Name }) }
    $values['SourceTransportServers'] = $sending
    if ($null -eq (Get-Connector)) {
        New-SendConnector -Name $ConnectorName -Usage Custom -Enabled $false @values | Out-Null
        Write-Fact "Send connector '$ConnectorName' made, switched off"
    } else {
        Set-SendConnector -Identity $ConnectorName @values
        Write-Fact "Send connector '$ConnectorName' is as it should be"
    }
    if ($SecretHeader -ne '') {
        $rule = Get-Rule
        $marks = @{
            FromScope       = 'InOrganization'
            SentToScope     = 'NotInOrganization'
            SetHeaderName   = $SecretHeader
            SetHeaderValue  = Get-Secret $rule
            RuleErrorAction = 'Ignore'
        }
        if ($null -eq $rule) {
            New-TransportRule -Name $RuleName -Priority 0 @marks | Out-Null
        } else {
            Set-TransportRule -Identity $RuleName @marks
        }
        Write-Fact "rule '$RuleName' is as it should be"
    }
    Write-Fact 'prepared. Nothing is routed yet. Next: -Step enable'
}

function Invoke-Enable {
    if ($null -eq (Get-Connector)) { throw 'There is no connector yet. First: -Step prepare' }
    if ((Get-Other).Count -eq 0) {
        Write-Warning 'There is no other connector for all domains: after -Step disable, mail to the outside would wait.'
    }
    foreach ($other in Get-Other) {
        $behind = @($other.AddressSpaces | ForEach-Object { "$_" -replace '^(SMTP:)?\*;\d+$', 'SMTP:*;50' })
        Set-SendConnector -Identity $other.Identity -AddressSpaces $behind
        Write-Fact "'$($other.Name)' now stands behind it, with cost 50"
    }
    Set-SendConnector -Identity $ConnectorName -Enabled $true
    Write-Fact 'on. Undo: -Step disable'
}

function Invoke-Disable {
    Set-SendConnector -Identity $ConnectorName -Enabled $false
    Write-Fact 'OFF. New mail leaves by the next best connector, without a signature; Signpost goes on with what it has.'
    Write-Fact 'What waits in the queue for Signpost: Get-Queue, then Retry-Queue -Resubmit $true. Undo: -Step enable'
}

function Invoke-Remove {
    $connector = Get-Connector
    if ($null -ne $connector -and $connector.Enabled) { throw 'The connector is on. First: -Step disable' }
    if ($null -ne $connector) { Remove-SendConnector -Identity $ConnectorName -Confirm:$false }
    if ($null -ne (Get-Rule)) { Remove-TransportRule -Identity $RuleName -Confirm:$false }
    Write-Fact 'removed. Undo: -Step prepare'
}

function Invoke-Readback {
    $connectors = @(Get-SendConnector | ForEach-Object {
            [ordered]@{
                Name          = "$($_.Name)"
                Enabled       = $_.Enabled
                AddressSpaces = @($_.AddressSpaces | ForEach-Object { "$_" })
                SmartHosts    = "$($_.SmartHosts)"
                Port          = $_.Port
                RequireTLS    = $_.RequireTLS
                TlsAuthLevel  = "$($_.TlsAuthLevel)"
                TlsDomain     = "$($_.TlsDomain)"
            }
        })
    ConvertTo-Json -InputObject ([ordered]@{ Readback = 'exchange v1'; Tenant = $Tenant; SendConnectors = $connectors }) -Depth 6
}

switch ($Step) {
    'prepare' { Invoke-Prepare }
    'enable' { Invoke-Enable }
    'disable' { Invoke-Disable }
    'readback' { Invoke-Readback }
    'remove' { Invoke-Remove }
}
